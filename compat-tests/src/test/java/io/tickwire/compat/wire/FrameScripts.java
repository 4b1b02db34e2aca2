package io.tickwire.compat.wire;

import io.tickwire.compat.target.Target;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Message;
import org.junit.jupiter.api.DynamicTest;

/** Frames as no client sends them: for each, whether a broker answers, waits or hangs up. */
final class FrameScripts {

    private static final String SUITE = "wire frames";
    private static final int MAX_REQUEST_BYTES = 104_857_600;
    private static final long SEED = 20_260_101;

    /** Bytes sent, then what comes back: so many answers, or what comes instead; then nothing, where the broker waits for more. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Bytes(String name, byte[] bytes, int answers, boolean ends, boolean waits)
            implements WireComparison.Step {

        @Override
        public List<String> run(Target target, RawConnection connection) {
            connection.send(bytes);
            if (ends) {
                connection.finishSending();
            }
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < answers; i++) {
                RawConnection.Reply reply = connection.receive();
                if (reply.frame() == null) {
                    seen.add(reply.instead());
                    return seen;
                }
                // Which request it answers; what it says is the other suites' matter.
                seen.add("answer to "
                        + ByteBuffer.wrap(reply.frame()).getInt() + ", code "
                        + (reply.frame().length > 5
                                ? ByteBuffer.wrap(reply.frame()).getShort(4)
                                : "none"));
            }
            if (waits) {
                seen.add(connection.receiveNothing().instead());
            }
            return seen;
        }
    }

    private final List<DynamicTest> tests = new ArrayList<>();

    private FrameScripts() {}

    static Stream<DynamicTest> tests() {
        FrameScripts scripts = new FrameScripts();
        scripts.lengths();
        scripts.pieces();
        scripts.headers();
        scripts.keys();
        scripts.bodies();
        scripts.pipelines();
        scripts.strangers();
        scripts.garbage();
        return scripts.tests.stream();
    }

    private void add(String name, byte[] bytes, int answers) {
        tests.add(WireComparison.test(SUITE, name, List.of(send(bytes, answers))));
    }

    private void add(String name, Bytes... steps) {
        tests.add(WireComparison.test(SUITE, name, List.of(steps)));
    }

    private static Bytes send(byte[] bytes, int answers) {
        return new Bytes(bytes.length + " bytes", bytes, answers, false, false);
    }

    /** Ends within a request: after its answers the broker waits for the rest. */
    private static Bytes sendAndWait(byte[] bytes, int answers) {
        return new Bytes(bytes.length + " bytes, and no more", bytes, answers, false, true);
    }

    private static Bytes sendLast(byte[] bytes, int answers) {
        return new Bytes(bytes.length + " bytes and the end", bytes, answers, true, false);
    }

    private void lengths() {
        byte[] content = content(ApiKeys.API_VERSIONS, (short) 0, 1, "c", new ApiVersionsRequestData());
        for (int length : new int[] {0, 1, 4, 7, -1, -2, Integer.MIN_VALUE, MAX_REQUEST_BYTES + 1, Integer.MAX_VALUE}) {
            add("length " + length, join(intBytes(length), content), 1);
        }
        add("length " + MAX_REQUEST_BYTES, sendAndWait(join(intBytes(MAX_REQUEST_BYTES), content), 0));
        for (int length = 8; length < content.length; length++) {
            add(
                    "length " + length + " of " + content.length,
                    join(intBytes(length), Arrays.copyOf(content, length)),
                    1);
        }
        add("one byte more than the request needs", frame(join(content, new byte[1])), 1);
        add("a thousand bytes more than the request needs", frame(join(content, new byte[1_000])), 1);
        add("nothing, and the end", sendLast(new byte[0], 1));
        add("half a length, and the end", sendLast(new byte[2], 1));
        add("a length, and the end", sendLast(intBytes(50), 1));
        add("half a request, and the end", sendLast(Arrays.copyOf(frame(content), 12), 1));
        add("a request, and the end", sendLast(frame(content), 2));
        byte[] several = apiVersions(1);
        for (int i = 2; i <= 9; i++) {
            several = join(several, i % 3 == 0 ? metadataFrame(i) : apiVersions(i));
        }
        add("nine requests, and the end", sendLast(several, 10));
        add("half a request, and nothing more", sendAndWait(Arrays.copyOf(frame(content), 12), 0));
    }

    private void pieces() {
        byte[] frame = apiVersions(1);
        Bytes[] single = new Bytes[frame.length];
        for (int i = 0; i < frame.length; i++) {
            single[i] = send(Arrays.copyOfRange(frame, i, i + 1), i == frame.length - 1 ? 1 : 0);
        }
        add("one byte at a time", single);
        for (int cut : new int[] {2, 4, 6, 11}) {
            add(
                    "cut after " + cut,
                    sendAndWait(Arrays.copyOf(frame, cut), 0),
                    send(Arrays.copyOfRange(frame, cut, frame.length), 1));
        }
    }

    private void headers() {
        byte[] body = WireFormat.bytes(new ApiVersionsRequestData(), (short) 0);
        add("no client id", frame(join(start(ApiKeys.API_VERSIONS.id, 0, 1), shortBytes(-1), body)), 1);
        add("client id of length -2", frame(join(start(ApiKeys.API_VERSIONS.id, 0, 1), shortBytes(-2), body)), 1);
        add("client id beyond the end", frame(join(start(ApiKeys.API_VERSIONS.id, 0, 1), shortBytes(99), body)), 1);
        add(
                "client id that is not UTF-8",
                frame(join(start(ApiKeys.API_VERSIONS.id, 0, 1), shortBytes(2), new byte[] {(byte) 0xC3, 0x28}, body)),
                1);
        add(
                "client id of 32767 bytes",
                frame(join(start(ApiKeys.API_VERSIONS.id, 0, 1), shortBytes(Short.MAX_VALUE), new byte[32_767], body)),
                1);
        for (int id : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            add("correlation id " + id, apiVersions(id), 1);
        }
        byte[] flexible = WireFormat.bytes(metadata(), (short) 12);
        byte[] start = join(start(ApiKeys.METADATA.id, 12, 1), shortBytes(1), new byte[] {'c'});
        add("flexible header with an unknown tag", frame(join(start, new byte[] {1, 99, 2, 7, 7}, flexible)), 1);
        add("flexible header without tags", frame(join(start, flexible)), 1);
        add("tag that lies about its size", frame(join(start, new byte[] {1, 99, 127}, flexible)), 1);
        add("count of tags that does not end", frame(join(start, new byte[] {-1, -1, -1, -1, -1, -1}, flexible)), 1);
        add("tags out of order", frame(join(start, new byte[] {2, 9, 1, 0, 8, 1, 0}, flexible)), 1);
    }

    private void keys() {
        for (int key : new int[] {-1, -32_768, 32_767, 200, 4, 5, 6, 7, 52, 53, 54, 59, 62, 63, 67, 70, 82}) {
            add("key " + key, frame(join(start(key, 0, 1), shortBytes(-1), new byte[20])), 1);
        }
        add("unknown key, then a request", join(frame(join(start(200, 0, 1), shortBytes(-1))), apiVersions(2)), 2);
        add("a request, then an unknown key", join(apiVersions(1), frame(join(start(200, 0, 2), shortBytes(-1)))), 2);
        add(
                "unknown version of ApiVersions, then a request",
                join(frame(join(start(ApiKeys.API_VERSIONS.id, 99, 1), shortBytes(-1))), apiVersions(2)),
                2);
    }

    private void bodies() {
        byte[] metadata1 = join(start(ApiKeys.METADATA.id, 1, 1), shortBytes(-1));
        for (int count : new int[] {-1, -2, Integer.MIN_VALUE, 1, 1_000, 1_000_000, Integer.MAX_VALUE}) {
            add("array of " + count, frame(join(metadata1, intBytes(count))), 1);
        }
        byte[] metadata12 = join(start(ApiKeys.METADATA.id, 12, 1), shortBytes(-1), new byte[1]);
        add("compact array, count does not end", frame(join(metadata12, new byte[] {-1, -1, -1, -1, -1, -1})), 1);
        add("compact array of 2^31 - 2", frame(join(metadata12, new byte[] {-1, -1, -1, -1, 7})), 1);
        add("compact array of 2^32 - 2", frame(join(metadata12, new byte[] {-1, -1, -1, -1, 15})), 1);
        for (int length : new int[] {-1, -2, 5, Short.MAX_VALUE}) {
            add("topic of length " + length, frame(join(metadata1, intBytes(1), shortBytes(length), new byte[4])), 1);
        }
        byte[] produce = join(start(ApiKeys.PRODUCE.id, 8, 1), shortBytes(-1), shortBytes(-1), shortBytes(1));
        for (int count : new int[] {-1, -2, Integer.MAX_VALUE}) {
            add("produce to " + count + " topics", frame(join(produce, intBytes(1_000), intBytes(count))), 1);
        }
        byte[] fetch = join(start(ApiKeys.FETCH.id, 4, 1), shortBytes(-1), intBytes(-1), intBytes(0), intBytes(0));
        for (int count : new int[] {-1, -2, Integer.MAX_VALUE}) {
            add("fetch of " + count + " topics", frame(join(fetch, intBytes(0), new byte[1], intBytes(count))), 1);
        }
    }

    private void pipelines() {
        byte[] many = new byte[0];
        for (int i = 1; i <= 20; i++) {
            many = join(many, i % 3 == 0 ? metadataFrame(i) : apiVersions(i));
        }
        add("twenty at once", many, 20);
        byte[] slow = fetchFrame(1, 200);
        add("a slow one first", join(slow, apiVersions(2), metadataFrame(3), fetchFrame(4, 50), apiVersions(5)), 5);
        add("the same correlation id twice", join(apiVersions(1), apiVersions(1)), 2);
        add("two and a half", sendAndWait(join(apiVersions(1), apiVersions(2), Arrays.copyOf(apiVersions(3), 9)), 2));
        add("a broken one in the middle", join(apiVersions(1), intBytes(-5), apiVersions(2)), 2);
    }

    private void strangers() {
        add("HTTP", "GET / HTTP/1.1\r\nHost: broker\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 1);
        add("TLS", new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, 3}, 1);
        add("SSH", "SSH-2.0-client\r\n".getBytes(StandardCharsets.US_ASCII), 1);
    }

    private void garbage() {
        Random random = new Random(SEED);
        for (int i = 0; i < 40; i++) {
            byte[] bytes = new byte[random.nextInt(8, 200)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                // A key and a version that exist, so that the body is looked at.
                ApiKeys key = List.of(ApiKeys.values()).get(random.nextInt(20));
                ByteBuffer.wrap(bytes).putShort(key.id).putShort(key.latestVersion());
            }
            add("garbage " + i, frame(bytes), 1);
        }
    }

    private static byte[] apiVersions(int correlationId) {
        return frame(content(ApiKeys.API_VERSIONS, (short) 0, correlationId, "c", new ApiVersionsRequestData()));
    }

    private static MetadataRequestData metadata() {
        return new MetadataRequestData().setTopics(List.of()).setAllowAutoTopicCreation(false);
    }

    private static byte[] metadataFrame(int correlationId) {
        return frame(content(ApiKeys.METADATA, (short) 12, correlationId, "c", metadata()));
    }

    /** A fetch of nothing, which waits for its time. */
    private static byte[] fetchFrame(int correlationId, int waitMs) {
        FetchRequestData fetch =
                new FetchRequestData().setMaxWaitMs(waitMs).setMinBytes(1).setMaxBytes(1_000);
        return frame(content(ApiKeys.FETCH, (short) 11, correlationId, "c", fetch));
    }

    private static byte[] content(ApiKeys key, short version, int correlationId, String clientId, Message body) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(key.id)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        return join(WireFormat.bytes(header, WireFormat.headerVersion(key, version)), WireFormat.bytes(body, version));
    }

    /** The fixed start of every header. */
    private static byte[] start(int key, int version, int correlationId) {
        return ByteBuffer.allocate(8)
                .putShort((short) key)
                .putShort((short) version)
                .putInt(correlationId)
                .array();
    }

    private static byte[] frame(byte[] content) {
        return join(intBytes(content.length), content);
    }

    private static byte[] intBytes(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] shortBytes(int value) {
        return ByteBuffer.allocate(2).putShort((short) value).array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
