package io.tickwire.kafka.primitive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ByteReaderTest {
    private final ByteReader reader = new ByteReader();

    private ByteReader over(final int... bytes) {
        final byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return reader.wrap(new UnsafeBuffer(array), 0, array.length);
    }

    @Test
    void fixedWidthReadPastEndIsMalformedAndStaysSo() {
        over(1, 2, 3);
        assertEquals(0, reader.int32());
        assertTrue(reader.malformed());
        assertEquals(0, reader.int8());
        assertEquals(0, reader.remaining());
    }

    @Test
    void nullAndEmptyStringsAreTold() {
        assertEquals(-1, over(0xFF, 0xFF).stringLength(false));
        assertFalse(reader.malformed());
        assertEquals(-1, over(0).stringLength(true));
        assertFalse(reader.malformed());
        assertEquals(0, over(1).stringLength(true));
    }

    @Test
    void stringLongerThanWhatIsLeftIsMalformed() {
        over(0, 5, 'a', 'b').stringLength(false);
        assertTrue(reader.malformed());
        over(6, 'a', 'b').stringLength(true);
        assertTrue(reader.malformed());
    }

    @Test
    void arrayCountThatCannotFitIsMalformed() {
        over(0x7F, 0xFF, 0xFF, 0xFF, 0, 0).arrayCount(false, 1);
        assertTrue(reader.malformed());
        assertEquals(2, over(0, 0, 0, 2, 0, 0).arrayCount(false, 1));
        over(0xFF, 0xFF, 0xFF, 0xFF, 0x0F).arrayCount(true, 1);
        assertTrue(reader.malformed());
    }

    @Test
    void negativeLengthBelowNullIsMalformed() {
        over(0xFF, 0xFE).stringLength(false);
        assertTrue(reader.malformed());
    }

    @Test
    void taggedFieldsAreSkippedWhole() {
        assertEquals(2, over(2, 0, 1, 9, 5, 2, 9, 9, 0x42).skipTaggedFields());
        assertFalse(reader.malformed());
        assertEquals(0x42, reader.int8());
        over(1, 0, 5, 1).skipTaggedFields();
        assertTrue(reader.malformed());
    }
}
