package io.tickwire.storage.log;

import io.tickwire.kafka.message.KafkaDecompressor;
import io.tickwire.kafka.message.Recompressor;
import io.tickwire.kafka.record.BatchValidator;
import io.tickwire.kafka.record.Crc32C;
import io.tickwire.kafka.record.RecordBatchFlyweight;
import org.agrona.concurrent.UnsafeBuffer;

/** What an owner thread needs to append, shared by all logs that it owns. */
final class AppendTools {
    private static final ThreadLocal<AppendTools> OF_THREAD = ThreadLocal.withInitial(AppendTools::new);

    final BatchValidator validator = new BatchValidator(new KafkaDecompressor());
    final Recompressor recompressor = new Recompressor();
    final RecordBatchFlyweight batch = new RecordBatchFlyweight();
    final UnsafeBuffer region = new UnsafeBuffer(0, 0);
    final Crc32C crc32c = new Crc32C();

    private AppendTools() {}

    static AppendTools ofCurrentThread() {
        return OF_THREAD.get();
    }
}
