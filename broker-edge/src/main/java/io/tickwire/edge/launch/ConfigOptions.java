package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigLoader;
import io.tickwire.edge.config.TickwireConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options of every command that reads the configuration. */
public final class ConfigOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Properties file with settings.")
    private Path file;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "KEY=VALUE",
            description = "One setting; wins over the file. Repeatable.")
    private final Map<String, String> settings = new LinkedHashMap<>();

    TickwireConfig load() {
        return ConfigLoader.load(file, settings);
    }

    /** The same for a command that only looks: without a data directory, which it does not need. */
    public TickwireConfig loadForCheck() {
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (file == null) {
            all.putIfAbsent("data.dir", ".");
        }
        return ConfigLoader.load(file, all);
    }
}
