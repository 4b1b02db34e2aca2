package io.tickwire.kafka.fuzz;

import io.tickwire.kafka.KafkaBytes;
import io.tickwire.kafka.hot.SampleRequests;
import io.tickwire.kafka.record.Batches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;

/** Writes the committed fuzz inputs: run {@code main} with the resources folder when the formats change. */
public final class FuzzSeeds {
    private static final Path FOLDER = Path.of("io/tickwire/kafka/fuzz/ProtocolFuzzTestInputs");
    private static final long NOW = 1_700_000_000_000L;

    private final Path root;

    private FuzzSeeds(final Path root) {
        this.root = root;
    }

    /** Writes all inputs under {@code args[0]}. */
    public static void main(final String[] args) throws IOException {
        new FuzzSeeds(Path.of(args[0]).resolve(FOLDER)).write(new SplittableRandom(7));
    }

    private void write(final SplittableRandom random) throws IOException {
        for (short version = 3; version <= 13; version++) {
            final byte[] body = KafkaBytes.body(SampleRequests.produce(random, version), version);
            save("produceRequest", "v" + version, prefixed(version - 3, body));
            save("anyRequest", "produce-v" + version, framed(ApiKeys.PRODUCE, version, body));
        }
        for (short version = 4; version <= 18; version++) {
            final byte[] body = KafkaBytes.body(SampleRequests.fetch(random, version), version);
            save("fetchRequest", "v" + version, prefixed(version - 4, body));
            save("anyRequest", "fetch-v" + version, framed(ApiKeys.FETCH, version, body));
        }
        for (final ApiKeys key : ApiKeys.values()) {
            if (key.hasValidVersion()) {
                final short version = key.latestVersion();
                final byte[] body = KafkaBytes.body(key.messageType.newRequest(), version);
                save("requestHeader", key.name, framed(key, version, new byte[0]));
                save("anyRequest", key.name, framed(key, version, body));
            }
        }
        for (final CompressionType type : CompressionType.values()) {
            final byte[] batch = Batches.encode(type, Batches.records(random, 5, NOW));
            save("batchValidator", type.name, prefixed(10, batch));
            if (type == CompressionType.NONE) {
                save("recordCursor", "plain", batch);
                save("recordCursor", "short", Batches.encode(type, Batches.records(random, 1, NOW)));
            }
        }
    }

    private static byte[] prefixed(final int first, final byte[] rest) {
        return ByteBuffer.allocate(1 + rest.length).put((byte) first).put(rest).array();
    }

    private static byte[] framed(final ApiKeys key, final short version, final byte[] body) {
        final byte[] header = KafkaBytes.body(
                new RequestHeaderData()
                        .setRequestApiKey(key.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(1)
                        .setClientId("fuzz"),
                key.requestHeaderVersion(version));
        return ByteBuffer.allocate(header.length + body.length)
                .put(header)
                .put(body)
                .array();
    }

    private void save(final String target, final String name, final byte[] bytes) throws IOException {
        final Path folder = Files.createDirectories(root.resolve(target));
        Files.write(folder.resolve(name), bytes);
    }
}
