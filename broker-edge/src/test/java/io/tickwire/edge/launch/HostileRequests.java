package io.tickwire.edge.launch;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Requests made from the schema of a key and a version alone: well-formed, with values that no client would send. Nulls where
 * they may be, negative and largest numbers, empty and odd texts, the same element twice, and in between names and ids that exist,
 * so that handlers get further than their first check.
 */
final class HostileRequests {
    private static final long[] NUMBERS = {
        0,
        0,
        1,
        1,
        -1,
        2,
        7,
        -2,
        Byte.MIN_VALUE,
        Byte.MAX_VALUE,
        Short.MAX_VALUE,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        1_000_000
    };
    private static final int MOST_ELEMENTS = 3;
    private static final int LONGEST_TEXT = 300;

    private final Random random;
    private final List<String> names;
    private final List<Uuid> ids;

    /**
     * Makes a source of requests.
     *
     * @param names texts that mean something to the broker
     * @param ids topic ids that do
     */
    HostileRequests(long seed, List<String> names, List<Uuid> ids) {
        random = new Random(seed);
        this.names = names;
        this.ids = ids;
    }

    /** A frame, length first. */
    byte[] frame(ApiKeys key, short version, int correlationId) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(key.id)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(random.nextInt(20) == 0 ? null : "hostile");
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header, key.requestHeaderVersion(version))
                .buffer();
        Schema schema = key.messageType.requestSchemas()[version];
        Struct body = fill(schema);
        int length = head.remaining() + schema.sizeOf(body);
        ByteBuffer frame =
                ByteBuffer.allocate(Integer.BYTES + length).putInt(length).put(head);
        schema.write(frame, body);
        return frame.array();
    }

    private Struct fill(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type));
        }
        return struct;
    }

    private Object value(Type type) {
        if (type instanceof TaggedFields tagged) {
            TreeMap<Integer, Object> some = new TreeMap<>();
            for (var field : tagged.fields().entrySet()) {
                if (random.nextBoolean()) {
                    some.put(field.getKey(), value(field.getValue().type));
                }
            }
            return some;
        }
        if (type.isNullable() && random.nextInt(5) == 0) {
            return null;
        }
        if (type instanceof Schema schema) {
            return fill(schema);
        }
        if (type.isArray()) {
            return elements(type.arrayElementType().orElseThrow());
        }
        return primitive(type);
    }

    private Object[] elements(Type type) {
        Object[] elements = new Object[random.nextInt(MOST_ELEMENTS + 1)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i > 0 && random.nextInt(3) == 0 ? elements[i - 1] : value(type);
        }
        return elements;
    }

    private Object primitive(Type type) {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        return switch (type.toString()) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) number;
            case "INT16" -> (short) number;
            case "UINT16" -> (int) number & 0xFFFF;
            case "INT32", "VARINT" -> (int) number;
            case "UINT32" -> number & 0xFFFF_FFFFL;
            case "INT64", "VARLONG" -> number;
            case "FLOAT64" -> random.nextInt(4) == 0 ? Double.NaN : (double) number;
            case "UUID" -> random.nextInt(3) == 0 ? new Uuid(number, 7) : ids.get(random.nextInt(ids.size()));
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" -> text();
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" -> bytes();
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" ->
                MemoryRecords.readableRecords(records());
            default -> throw new IllegalArgumentException("no value for " + type);
        };
    }

    private String text() {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "x".repeat(random.nextInt(LONGEST_TEXT));
            case 2 -> "odd / \u2603 \u0000 ..";
            case 3 -> Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]);
            default -> names.get(random.nextInt(names.size()));
        };
    }

    private ByteBuffer bytes() {
        byte[] bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    /** A batch, sometimes damaged. */
    private ByteBuffer records() {
        if (random.nextInt(5) == 0) {
            return bytes();
        }
        SimpleRecord record = new SimpleRecord(1_000, new byte[1], new byte[20]);
        long producerId = NUMBERS[random.nextInt(NUMBERS.length)];
        ByteBuffer batch = (producerId < 0
                        ? MemoryRecords.withRecords(Compression.NONE, record)
                        : MemoryRecords.withTransactionalRecords(
                                Compression.NONE, producerId, (short) random.nextInt(3), random.nextInt(3), record))
                .buffer();
        if (random.nextInt(3) == 0) {
            batch.put(random.nextInt(batch.limit()), (byte) random.nextInt());
        }
        return batch;
    }
}
