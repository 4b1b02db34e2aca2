package io.tickwire.kafka.primitive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class KafkaErrorsTest {
    @Test
    void constantsAreExactlyKafkasErrors() throws IllegalAccessException {
        final Map<String, Short> ours = new TreeMap<>();
        for (final Field field : KafkaErrors.class.getFields()) {
            ours.put(field.getName(), field.getShort(null));
        }
        final Map<String, Short> theirs = new TreeMap<>();
        for (final Errors error : Errors.values()) {
            theirs.put(error.name(), error.code());
        }
        assertEquals(theirs, ours);
    }
}
