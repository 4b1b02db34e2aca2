package io.tickwire.net.tcp;

import io.tickwire.net.ip.Ipv4Output;
import io.tickwire.net.wire.TcpHeader;
import io.tickwire.net.wire.TcpOptions;
import org.agrona.concurrent.UnsafeBuffer;

/** Builds segments in frames. Every method that sends answers false if no frame was free. */
final class TcpOutput {
    /** Virtual devices cut in tables of 64; 64 KiB at Ethernet's MTU are 45. */
    private static final int MAX_PIECES = 48;
    /** RFC 2018 §3: 40 bytes of options hold three blocks beside timestamps. */
    private static final int SACK_BLOCKS_WITH_TIMESTAMPS = 3;

    private final Tcp tcp;
    private final Ipv4Output ip;
    private final TcpCounters counters;
    private final int segmentationBytes;

    TcpOutput(Tcp tcp, Ipv4Output ip, TcpCounters counters) {
        this.tcp = tcp;
        this.ip = ip;
        this.counters = counters;
        segmentationBytes = ip.segmentationBytes();
    }

    /** Payload of the longest segment that the device cuts into several: a multiple of what each carries; 0 if it cuts none. */
    int piecesBytes(TcpConnection c) {
        final int limit = c.payloadLimit();
        final int pieces = (segmentationBytes - TcpHeader.LENGTH - c.optionBytes()) / limit;
        return pieces < 2 ? 0 : Math.min(pieces, MAX_PIECES) * limit;
    }

    /** True if a payload may exceed what one segment of the path carries, as the device cuts it. */
    boolean segments() {
        return segmentationBytes > 0;
    }

    private boolean begin() {
        if (ip.begin()) {
            return true;
        }
        counters.outputBlocked++;
        return false;
    }

    private void finish(int destination, int headerLength, int payloadLength) {
        counters.segmentsOut++;
        ip.sendTcp(destination, headerLength, headerLength + payloadLength);
    }

    /** Sends payload from the send buffer (or none), with the current acknowledgement, window and options. */
    boolean sendData(TcpConnection c, int sequence, int flags, int payloadLength, long nowNs) {
        if (!begin()) {
            return false;
        }
        final UnsafeBuffer buffer = ip.buffer();
        final int start = ip.payloadOffset();
        int position = start + TcpHeader.LENGTH;
        if (c.timestamps) {
            position = TcpOptions.putTimestamps(buffer, position, c.timestamp(nowNs), c.recentTimestamp);
        }
        position = putSack(c, buffer, position, payloadLength);
        final int headerLength = position - start;
        final int pieceBytes = c.payloadLimit();
        if (payloadLength > pieceBytes) {
            if (!putPieces(c, sequence, position, payloadLength)) {
                ip.cancel();
                counters.outputBlocked++;
                return false;
            }
        } else if (payloadLength > 0) {
            c.sender.read(sequence, buffer, position, payloadLength);
        }
        counters.bytesOut += payloadLength;
        final int window = c.receiver.advertise(true) >>> c.receiver.windowShift;
        TcpHeader.encode(
                buffer, start, c.localPort, c.remotePort, sequence, c.receiver.nxt, headerLength, flags, window);
        if (payloadLength > pieceBytes) {
            counters.segmentsOut += (payloadLength + pieceBytes - 1) / pieceBytes;
            counters.segmentedOut++;
            ip.sendTcpInPieces(c.remoteAddress, headerLength, headerLength + payloadLength, pieceBytes);
        } else {
            finish(c.remoteAddress, headerLength, payloadLength);
        }
        c.receiver.onAckSent();
        return true;
    }

    /** Copies payload for the device to cut into the begun frame, and into further ones behind it. False if there were too few. */
    private boolean putPieces(TcpConnection c, int sequence, int position, int payloadLength) {
        int copied = Math.min(payloadLength, ip.buffer().capacity() - position);
        c.sender.read(sequence, ip.buffer(), position, copied);
        ip.endHead(position + copied - ip.payloadOffset());
        while (copied < payloadLength) {
            final UnsafeBuffer more = ip.extend(payloadLength - copied);
            if (more == null) {
                return false;
            }
            c.sender.read(sequence + copied, more, 0, more.capacity());
            copied += more.capacity();
        }
        return true;
    }

    private static int putSack(TcpConnection c, UnsafeBuffer buffer, int position, int payloadLength) {
        if (!c.sack) {
            return position;
        }
        int limit = c.timestamps ? SACK_BLOCKS_WITH_TIMESTAMPS : TcpOptions.MAX_SACK_BLOCKS;
        if (payloadLength > 0) {
            // RFC 6691: options must not push the segment over the MSS.
            limit = Math.min(limit, (c.payloadLimit() - payloadLength - 4) >> 3);
        }
        final int blocks = c.receiver.reassembly.blockCount(limit);
        return blocks <= 0 ? position : c.receiver.reassembly.putBlocks(buffer, position, blocks);
    }

    /** Sends a bare acknowledgement. */
    boolean sendAck(TcpConnection c, long nowNs) {
        return sendData(c, c.sender.nxt, TcpHeader.ACK, 0, nowNs);
    }

    /** Sends a zero-window or keep-alive probe: an old sequence number, which every receiver answers. RFC 9293 §3.8.4. */
    boolean sendProbe(TcpConnection c, long nowNs) {
        counters.probes++;
        return sendData(c, c.sender.una - 1, TcpHeader.ACK, 0, nowNs);
    }

    /** Sends our SYN, or SYN and ACK. RFC 9293 §3.10.1; windows in SYNs are never scaled (RFC 7323 §2.2). */
    boolean sendSyn(TcpConnection c, boolean acknowledge, long nowNs) {
        if (!begin()) {
            return false;
        }
        final TcpSettings settings = tcp.settings();
        final boolean answer = acknowledge;
        final boolean timestamps = answer ? c.timestamps : settings.timestamps;
        final boolean sack = answer ? c.sack : settings.sack;
        final boolean scale = answer ? c.windowScaling : settings.windowScaling;
        final int window = Math.min(0xffff, settings.receiveBufferBytes);
        final int shift = scale ? tcp.ownWindowShift() : -1;
        final int headerLength = putSynOptions(
                tcp.localMss(c.remoteAddress), shift, sack, timestamps, c.timestamp(nowNs), c.recentTimestamp);
        TcpHeader.encode(
                ip.buffer(),
                ip.payloadOffset(),
                c.localPort,
                c.remotePort,
                c.sender.initial,
                answer ? c.receiver.nxt : 0,
                headerLength,
                TcpHeader.SYN | (answer ? TcpHeader.ACK : 0),
                window);
        finish(c.remoteAddress, headerLength, 0);
        c.handshakeTransmissions++;
        c.sender.lastSentNs = nowNs;
        return true;
    }

    private int putSynOptions(int mss, int shift, boolean sack, boolean timestamps, int value, int echo) {
        final UnsafeBuffer buffer = ip.buffer();
        final int start = ip.payloadOffset();
        int position = TcpOptions.putMss(buffer, start + TcpHeader.LENGTH, mss);
        if (sack) {
            position = TcpOptions.putSackPermitted(buffer, position);
        }
        if (timestamps) {
            position = TcpOptions.putTimestamps(buffer, position, value, echo);
        }
        if (shift >= 0) {
            position = TcpOptions.putWindowScale(buffer, position, shift);
        }
        return position - start;
    }

    /** Answers a SYN without keeping any state. RFC 4987 §3.6. */
    void sendCookie(Segment syn, int cookie, int timestamp, boolean sack, boolean scale) {
        if (!begin()) {
            return;
        }
        final boolean timestamps = tcp.settings().timestamps && syn.options.hasTimestamps();
        final int headerLength = putSynOptions(
                tcp.localMss(syn.remoteAddress),
                scale ? tcp.ownWindowShift() : -1,
                sack,
                timestamps,
                timestamp,
                syn.options.timestampValue());
        TcpHeader.encode(
                ip.buffer(),
                ip.payloadOffset(),
                syn.localPort,
                syn.remotePort,
                cookie,
                syn.sequence + 1,
                headerLength,
                TcpHeader.SYN | TcpHeader.ACK,
                Math.min(0xffff, tcp.settings().receiveBufferBytes));
        counters.cookiesSent++;
        finish(syn.remoteAddress, headerLength, 0);
    }

    /** Aborts a synchronised connection: RST at SND.NXT. RFC 9293 §3.10.5. */
    void sendReset(TcpConnection c) {
        reset(c.remoteAddress, c.localPort, c.remotePort, c.sender.nxt, c.receiver.nxt, TcpHeader.RST | TcpHeader.ACK);
    }

    /** Answers a segment for which there is no connection. RFC 9293 §3.10.7.1. */
    void replyReset(Segment segment) {
        if (segment.has(TcpHeader.ACK)) {
            reset(
                    segment.remoteAddress,
                    segment.localPort,
                    segment.remotePort,
                    segment.acknowledgement,
                    0,
                    TcpHeader.RST);
        } else {
            reset(
                    segment.remoteAddress,
                    segment.localPort,
                    segment.remotePort,
                    0,
                    segment.end(),
                    TcpHeader.RST | TcpHeader.ACK);
        }
    }

    private void reset(int remoteAddress, int localPort, int remotePort, int sequence, int ack, int flags) {
        if (!begin()) {
            return;
        }
        counters.resetsOut++;
        TcpHeader.encode(
                ip.buffer(), ip.payloadOffset(), localPort, remotePort, sequence, ack, TcpHeader.LENGTH, flags, 0);
        finish(remoteAddress, TcpHeader.LENGTH, 0);
    }
}
