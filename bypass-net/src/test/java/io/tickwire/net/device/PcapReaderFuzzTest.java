package io.tickwire.net.device;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.agrona.concurrent.UnsafeBuffer;

class PcapReaderFuzzTest {
    /** Any bytes: either a clear refusal, or records that lie within the file. */
    @FuzzTest(maxDuration = "10s")
    void anyBytesAreWalkedOrRefused(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        try {
            final PcapReader reader = new PcapReader(buffer, 0, bytes.length);
            int end = PcapReader.FILE_HEADER_BYTES;
            while (reader.next()) {
                if (reader.offset() != end + PcapReader.RECORD_HEADER_BYTES || reader.capturedBytes() < 0) {
                    throw new AssertionError("record at " + reader.offset() + " after " + end);
                }
                end = reader.offset() + reader.capturedBytes();
                if (end > bytes.length) {
                    throw new AssertionError("record ends at " + end + " of " + bytes.length);
                }
            }
        } catch (final PcapFormatException refused) {
            if (refused.getMessage().isEmpty()) {
                throw new AssertionError(refused);
            }
        }
    }
}
