package io.tickwire.storage.recovery;

import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.catalog.CatalogOptions;
import io.tickwire.storage.catalog.LogCatalog;
import io.tickwire.storage.log.AppendResult;
import io.tickwire.storage.log.Fixtures;
import io.tickwire.storage.log.LogSettings;
import io.tickwire.storage.log.PartitionLog;
import io.tickwire.storage.log.TopicKey;
import java.io.IOException;
import java.nio.file.Path;

/** A process that appends until it is killed, printing each offset once it is acknowledged. */
public final class AppendingProcess {
    private AppendingProcess() {}

    /** Arguments: data directory, segment bytes. */
    public static void main(final String[] args) throws IOException {
        final LogSettings settings = LogSettings.defaults().withSegmentBytes(Integer.parseInt(args[1]));
        final LogCatalog catalog = LogCatalog.open(Path.of(args[0]), new CatalogOptions(key -> settings, 1, 60_000));
        PartitionLog log = catalog.get("killed", 0);
        if (log == null) {
            log = catalog.create(new TopicKey("killed", 3, 4, 0), settings);
        }
        final AppendResult result = new AppendResult();
        final StringBuilder line = new StringBuilder();
        while (true) {
            final short code = Fixtures.append(log, Fixtures.batch("value-" + log.logEndOffset()), result);
            if (code != KafkaErrors.NONE) {
                throw new IllegalStateException("append answers " + code);
            }
            line.setLength(0);
            line.append(result.lastOffset()).append('\n');
            System.out.print(line);
            System.out.flush();
        }
    }
}
