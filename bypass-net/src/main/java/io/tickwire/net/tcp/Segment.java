package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.TcpOptions;
import org.agrona.concurrent.UnsafeBuffer;

/** One received segment, parsed: a reusable view over the frame, valid while it is processed. SEG.* of RFC 9293 §3.3.1. */
final class Segment {
    final TcpOptions options = new TcpOptions();
    UnsafeBuffer buffer;
    int remoteAddress;
    int remotePort;
    int localPort;
    int sequence;
    int acknowledgement;
    int flags;
    int window;
    int payloadOffset;
    int payloadLength;

    /** Parses; false if the header does not fit or an option length is impossible in its fixed part. */
    boolean parse(UnsafeBuffer source, int offset, int length, int sourceAddress) {
        if (!TcpHeader.isWellFormed(source, offset, length)) {
            return false;
        }
        buffer = source;
        remoteAddress = sourceAddress;
        remotePort = TcpHeader.sourcePort(source, offset);
        localPort = TcpHeader.destinationPort(source, offset);
        sequence = TcpHeader.sequence(source, offset);
        acknowledgement = TcpHeader.acknowledgement(source, offset);
        flags = TcpHeader.flags(source, offset);
        window = TcpHeader.window(source, offset);
        final int headerLength = TcpHeader.headerLength(source, offset);
        payloadOffset = offset + headerLength;
        payloadLength = length - headerLength;
        if (headerLength == TcpHeader.LENGTH) {
            options.clear();
        } else {
            options.parse(source, offset + TcpHeader.LENGTH, headerLength - TcpHeader.LENGTH);
        }
        return true;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** SEG.LEN: payload plus one for SYN and one for FIN. */
    int length() {
        return payloadLength + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }

    /** Sequence number behind the segment. */
    int end() {
        return sequence + length();
    }

    /** Drops payload bytes from the front. */
    void trimFront(int bytes) {
        sequence += bytes;
        payloadOffset += bytes;
        payloadLength -= bytes;
    }
}
