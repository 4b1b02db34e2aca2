package io.tickwire.compat.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.Utils;

/** Frames by Kafka's generated classes. */
final class WireFormat {

    static final int CORRELATION_ID = 77;

    private static final Pattern ERROR = Pattern.compile("[eE]rrorCode = (?!0\\b)");

    private WireFormat() {}

    /** Returns header and body of a request; the header form follows the version, clamped to what exists. */
    static ByteBuffer request(ApiKeys key, short version, byte[] body) {
        return request(key.id, version, headerVersion(key, version), "wire-client", body);
    }

    static ByteBuffer request(short key, short version, short headerVersion, String clientId, byte[] body) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(key)
                .setRequestApiVersion(version)
                .setCorrelationId(CORRELATION_ID)
                .setClientId(clientId);
        byte[] headerBytes = bytes(header, headerVersion);
        return ByteBuffer.allocate(headerBytes.length + body.length)
                .put(headerBytes)
                .put(body)
                .flip();
    }

    static short headerVersion(ApiKeys key, short version) {
        short known = (short) Math.max(0, Math.min(version, key.latestVersion(true)));
        return key.requestHeaderVersion(known);
    }

    static byte[] bytes(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return buffer.array();
    }

    /** An answer, taken apart. */
    record Answer(ApiKeys key, short version, int correlationId, ApiMessage body, int left) {

        /** Returns one line per field, {@code path = value}; arrays in the order that their elements sort in. */
        List<String> lines(AllowedDifferences allowed, CaseNames names) {
            List<String> lines = new ArrayList<>();
            lines.add("correlationId = " + correlationId);
            new AnswerLines(key.name(), allowed, names).flatten("", json(body, version), lines);
            if (body instanceof FetchResponseData fetch) {
                lines.addAll(recordBytes(fetch));
            }
            if (left > 0) {
                lines.add("bytes after the end = " + left);
            }
            return lines;
        }
    }

    static Answer parse(ApiKeys key, short version, byte[] frame) {
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        ByteBufferAccessor accessor = new ByteBufferAccessor(buffer);
        ResponseHeaderData header = new ResponseHeaderData(accessor, key.responseHeaderVersion(version));
        ApiMessage response = ApiMessageType.fromApiKey(key.id).newResponse();
        response.read(accessor, version);
        return new Answer(key, version, header.correlationId(), response, buffer.remaining());
    }

    /** Says whether the lines of an answer have an error code, or there was no answer. */
    static boolean tellsOfError(List<String> lines) {
        return lines.size() < 2 || ERROR.matcher(lines.toString()).find();
    }

    /** The records of each partition byte for byte, which JSON leaves out. */
    private static List<String> recordBytes(FetchResponseData fetch) {
        List<String> lines = new ArrayList<>();
        fetch.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (partition.records() instanceof MemoryRecords records) {
                        // The limits of a fetch may cut the last batch short, which readers pass over.
                        byte[] bytes = Arrays.copyOf(Utils.toArray(records.buffer()), records.validBytes());
                        lines.add("records of " + topic.topic() + "-" + partition.partitionIndex() + " = "
                                + HexFormat.of().formatHex(bytes));
                    }
                }));
        lines.sort(null);
        return lines;
    }

    static Schema[] requestSchemas(ApiKeys key) {
        return ApiMessageType.fromApiKey(key.id).requestSchemas();
    }

    private static JsonNode json(ApiMessage message, short version) {
        try {
            Class<?> converter = Class.forName(message.getClass().getName() + "JsonConverter");
            Method write = converter.getMethod("write", message.getClass(), short.class);
            return (JsonNode) write.invoke(null, message, version);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no JSON for " + message.getClass(), e);
        }
    }
}
