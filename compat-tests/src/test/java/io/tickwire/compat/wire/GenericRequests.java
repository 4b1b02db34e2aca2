package io.tickwire.compat.wire;

import io.tickwire.compat.wire.WireCoverage.Form;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/** Bodies made from a request's schema alone, at any version: the same bytes each time. */
final class GenericRequests {

    /** How fields are filled. */
    enum Filling {
        /** Zero, empty, false. */
        EMPTY,
        /** A small number (no broker, partition or session has it), short texts, arrays of one. */
        SOME,
        /** Null wherever it may be, else as EMPTY. */
        NULLS,
        /** Largest numbers, odd texts, arrays of three. */
        LARGE,
        /** Least numbers. */
        NEGATIVE;

        Form form() {
            return switch (this) {
                case SOME -> Form.UNKNOWN;
                case LARGE -> Form.OVERSIZED;
                case EMPTY, NULLS, NEGATIVE -> Form.VALUE;
            };
        }
    }

    private GenericRequests() {}

    static byte[] body(Schema schema, Filling filling) {
        Struct struct = fill(schema, filling);
        ByteBuffer buffer = ByteBuffer.allocate(schema.sizeOf(struct));
        schema.write(buffer, struct);
        return buffer.array();
    }

    private static Struct fill(Schema schema, Filling filling) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(
                    field,
                    switch (field.def.name) {
                        // What a broker makes of these takes its own time, so later answers would depend on the moment.
                        case "allow_auto_topic_creation" -> false;
                        case "timeout_ms" -> 5_000;
                        default -> value(field.def.type, filling);
                    });
        }
        return struct;
    }

    private static Object value(Type type, Filling filling) {
        if (type instanceof TaggedFields) {
            NavigableMap<Integer, Object> none = new TreeMap<>();
            return none;
        }
        if (type.isNullable() && filling == Filling.NULLS) {
            return null;
        }
        if (type instanceof Schema schema) {
            return fill(schema, filling);
        }
        if (type.isArray()) {
            int count = filling == Filling.SOME || filling == Filling.NEGATIVE ? 1 : filling == Filling.LARGE ? 3 : 0;
            Object[] elements = new Object[count];
            Type element = type.arrayElementType().orElseThrow();
            for (int i = 0; i < count; i++) {
                elements[i] = value(element, filling);
            }
            return elements;
        }
        return primitive(type.toString(), filling);
    }

    private static Object primitive(String type, Filling filling) {
        boolean some = filling != Filling.EMPTY && filling != Filling.NULLS;
        long number = switch (filling) {
            case EMPTY, NULLS -> 0;
            case SOME -> 7;
            case LARGE -> Long.MAX_VALUE;
            case NEGATIVE -> -1;
        };
        return switch (type) {
            case "BOOLEAN" -> some;
            case "INT8" -> (byte) Math.min(number, Byte.MAX_VALUE);
            case "INT16" -> (short) Math.min(number, Short.MAX_VALUE);
            case "UINT16" -> Math.clamp(number, 0, 65_535);
            case "INT32", "VARINT" -> (int) Math.min(number, Integer.MAX_VALUE);
            case "UINT32" -> Math.clamp(number, 0, 4_294_967_295L);
            case "INT64", "VARLONG" -> number;
            case "FLOAT64" -> (double) number;
            case "UUID" -> some ? new Uuid(7, 7) : Uuid.ZERO_UUID;
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" -> text(filling);
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" ->
                ByteBuffer.allocate(some ? 7 : 0);
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" -> null;
            default -> throw new IllegalArgumentException("no filling for " + type);
        };
    }

    private static String text(Filling filling) {
        return switch (filling) {
            case EMPTY, NULLS -> "";
            case SOME, NEGATIVE -> "wire-none";
            case LARGE -> "odd / ☃ " + "x".repeat(300);
        };
    }
}
