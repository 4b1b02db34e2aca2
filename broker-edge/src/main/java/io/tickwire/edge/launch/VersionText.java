package io.tickwire.edge.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.IVersionProvider;

/** Version of Tickwire and of the Kafka it speaks, as the build wrote them. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "tickwire " + version() + " (Kafka " + AppInfoParser.getVersion() + ", Java " + Runtime.version() + ")"
        };
    }

    static String version() {
        Properties build = new Properties();
        try (InputStream in = VersionText.class.getResourceAsStream("/tickwire-build.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build.getProperty("version");
    }
}
