package io.tickwire.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.net.wire.Checksum;
import io.tickwire.net.wire.EthernetHeader;
import io.tickwire.net.wire.IgmpMessage;
import io.tickwire.net.wire.Ipv4Header;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** IGMP host behaviour. RFC 9776 §5, RFC 2236 §3. */
class IgmpTest {
    private static final int GROUP = 0xef01_0101;
    private static final int SOURCE = 0x0a00_0007;
    private static final int OTHER = 0x0a00_0008;
    private static final int PAYLOAD = 38;

    private final StackFixture f = new StackFixture();

    @AfterEach
    void nothingLeaks() {
        f.close();
    }

    /** Messages sent: "type group[sources]" per record, all checked for TTL, Router Alert and checksum. */
    private List<String> reports() {
        final List<String> reports = new ArrayList<>();
        for (final UnsafeBuffer frame : f.take(EthernetHeader.TYPE_IPV4)) {
            assertEquals(Ipv4Header.PROTOCOL_IGMP, Ipv4Header.protocol(frame, 14));
            assertEquals(1, Ipv4Header.ttl(frame, 14));
            assertEquals(24, Ipv4Header.headerLength(frame, 14));
            assertTrue(Ipv4Header.isChecksumValid(frame, 14));
            assertEquals(0, Checksum.of(frame, PAYLOAD, frame.capacity() - PAYLOAD));
            if (IgmpMessage.type(frame, PAYLOAD) != IgmpMessage.V3_REPORT) {
                reports.add("v" + IgmpMessage.type(frame, PAYLOAD));
                continue;
            }
            int at = PAYLOAD + 8;
            for (int i = 0; i < IgmpMessage.recordCount(frame, PAYLOAD); i++) {
                final int sources = frame.getShort(at + 2, ByteOrder.BIG_ENDIAN);
                final StringBuilder text =
                        new StringBuilder().append(frame.getByte(at)).append(':');
                for (int s = 0; s < sources; s++) {
                    text.append(frame.getInt(at + 8 + 4 * s, ByteOrder.BIG_ENDIAN) & 0xff)
                            .append(',');
                }
                reports.add(text.toString());
                at += 8 + 4 * sources;
            }
        }
        return reports;
    }

    private void query(int group, int maxResponse, int... sources) {
        final int length = 12 + 4 * sources.length;
        final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
        message.putByte(0, (byte) IgmpMessage.QUERY);
        message.putByte(1, (byte) maxResponse);
        message.putInt(4, group, ByteOrder.BIG_ENDIAN);
        message.putByte(8, (byte) 2);
        message.putByte(9, (byte) 125);
        message.putShort(10, (short) sources.length, ByteOrder.BIG_ENDIAN);
        for (int i = 0; i < sources.length; i++) {
            message.putInt(12 + 4 * i, sources[i], ByteOrder.BIG_ENDIAN);
        }
        message.putShort(2, (short) Checksum.of(message, 0, length), ByteOrder.BIG_ENDIAN);
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, 0xe000_0001, 2, message.byteArray(), 0, 1));
    }

    private void queryV2(int group, int maxResponse) {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
        IgmpMessage.encodeV2(message, 0, IgmpMessage.QUERY, maxResponse, group);
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, 0xe000_0001, 2, message.byteArray(), 0, 1));
    }

    @Test
    void joinAnySourceIsReportedTwice() {
        f.stack.igmp().join(GROUP, 0);
        f.poll();
        assertEquals(List.of("4:"), reports());
        assertEquals(1, f.device.filters.size());
        f.advanceMs(1_100);
        assertEquals(List.of("4:"), reports());
        f.advanceMs(5_000);
        assertEquals(List.of(), reports());
    }

    @Test
    void leaveIsReportedTwiceAndForgotten() {
        f.stack.igmp().join(GROUP, 0);
        f.advanceMs(3_000);
        reports();
        f.stack.igmp().leave(GROUP, 0);
        f.poll();
        assertEquals(List.of("3:"), reports());
        assertFalse(f.stack.igmp().isMember(GROUP));
        f.advanceMs(3_000);
        assertEquals(List.of("3:"), reports());
        assertEquals(0, f.stack.igmp().groupCount());
        assertEquals(0, f.device.filters.size());
    }

    @Test
    void sourcesAreAllowedAndBlocked() {
        f.stack.igmp().join(GROUP, SOURCE);
        f.poll();
        assertEquals(List.of("5:7,"), reports());
        assertTrue(f.stack.igmp().accepts(GROUP, SOURCE));
        assertFalse(f.stack.igmp().accepts(GROUP, OTHER));
        f.advanceMs(3_000);
        assertEquals(List.of("5:7,"), reports());
        f.stack.igmp().join(GROUP, OTHER);
        f.poll();
        assertEquals(List.of("5:8,"), reports());
        f.advanceMs(3_000);
        reports();
        f.stack.igmp().leave(GROUP, SOURCE);
        f.poll();
        assertEquals(List.of("6:7,"), reports());
        assertFalse(f.stack.igmp().accepts(GROUP, SOURCE));
    }

    @Test
    void anySourceBesideASourceChangesTheMode() {
        f.stack.igmp().join(GROUP, SOURCE);
        f.advanceMs(3_000);
        reports();
        f.stack.igmp().join(GROUP, 0);
        f.poll();
        assertEquals(List.of("4:"), reports());
        f.advanceMs(3_000);
        reports();
        f.stack.igmp().leave(GROUP, 0);
        f.poll();
        assertEquals(List.of("3:7,"), reports());
    }

    @Test
    void generalQueryIsAnsweredWithEveryGroup() {
        f.stack.igmp().join(GROUP, 0);
        f.stack.igmp().join(GROUP + 1, SOURCE);
        f.advanceMs(3_000);
        reports();
        query(0, 10);
        f.advanceMs(1_100);
        final List<String> answers = reports();
        assertEquals(2, answers.size());
        assertTrue(answers.contains("2:") && answers.contains("1:7,"), answers.toString());
        assertEquals(0, f.stack.counters.igmpErrors);
    }

    @Test
    void groupAndSourceQueryIsAnsweredWithTheSourcesWanted() {
        f.stack.igmp().join(GROUP, SOURCE);
        f.advanceMs(3_000);
        reports();
        query(GROUP, 10, OTHER);
        f.advanceMs(1_100);
        assertEquals(List.of(), reports(), "not a member of that source");
        query(GROUP, 10, SOURCE, OTHER);
        f.advanceMs(1_100);
        assertEquals(List.of("1:7,"), reports());
    }

    @Test
    void queryForAnotherGroupIsIgnored() {
        f.stack.igmp().join(GROUP, 0);
        f.advanceMs(3_000);
        reports();
        query(GROUP + 5, 10);
        f.advanceMs(2_000);
        assertEquals(List.of(), reports());
    }

    @Test
    void version2QuerierIsAnsweredInVersion2() {
        f.stack.igmp().join(GROUP, 0);
        f.advanceMs(3_000);
        reports();
        queryV2(0, 10);
        assertEquals(2, f.stack.igmp().version());
        f.advanceMs(1_100);
        assertEquals(List.of("v" + IgmpMessage.V2_REPORT), reports());
        f.stack.igmp().leave(GROUP, 0);
        f.poll();
        assertEquals(List.of("v" + IgmpMessage.V2_LEAVE), reports());
        f.advanceMs(261_000);
        assertEquals(3, f.stack.igmp().version(), "RFC 9776 §8.12: older version querier present timeout");
    }

    @Test
    void groupReportedInVersion3IsLeftInVersion2() {
        f.stack.igmp().join(GROUP, 0);
        f.poll();
        queryV2(0, 100);
        reports();
        f.stack.igmp().leave(GROUP, 0);
        f.poll();
        assertEquals(List.of("v" + IgmpMessage.V2_LEAVE), reports());
    }

    @Test
    void anotherMembersVersion2ReportSuppressesOurs() {
        f.stack.igmp().join(GROUP, 0);
        f.advanceMs(3_000);
        queryV2(0, 10);
        f.advanceMs(1_100);
        reports();
        queryV2(GROUP, 100);
        final UnsafeBuffer report = new UnsafeBuffer(new byte[8]);
        IgmpMessage.encodeV2(report, 0, IgmpMessage.V2_REPORT, 0, GROUP);
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, GROUP, 2, report.byteArray(), 0, 1));
        f.advanceMs(11_000);
        assertEquals(List.of(), reports());
        f.stack.igmp().leave(GROUP, 0);
        f.poll();
        assertEquals(List.of(), reports(), "we were not the last to report");
    }

    @Test
    void malformedMessagesAreCounted() {
        f.deliver(StackFixture.ipFrame(StackFixture.PEER, 0xe000_0001, 2, new byte[] {0x11, 0, 0, 0}, 0, 1));
        f.deliver(
                StackFixture.ipFrame(StackFixture.PEER, 0xe000_0001, 2, new byte[] {0x11, 1, 2, 3, 4, 5, 6, 7}, 0, 1));
        assertEquals(2, f.stack.counters.igmpErrors);
    }
}
