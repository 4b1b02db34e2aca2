package io.tickwire.net.ip;

import io.tickwire.net.wire.IcmpHeader;
import io.tickwire.net.wire.Ipv4Address;
import io.tickwire.net.wire.Ipv4Header;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * ICMP: answers echo, tells of closed UDP ports, unknown protocols and late fragments, learns path MTUs. RFC 792, RFC 1122 §3.2.2,
 * RFC 1191. What it sends is limited in rate, RFC 1812 §4.3.2.8.
 */
public final class Icmp {
    /** Bytes of the offending datagram's payload that an error carries and must carry. RFC 792. */
    static final int QUOTED_BYTES = 8;

    private final IpSettings settings;
    private final Ipv4Output output;
    private final IpCounters counters;
    private final RateLimit limit;
    private TransportErrors transport;

    /** Told of ICMP errors about TCP segments that we sent. */
    public interface TransportErrors {
        /**
         * An error about a segment.
         *
         * @param quoted where its TCP header (at least eight bytes) lies in the buffer
         * @param hard protocol or port unreachable
         * @param pathMtuBytes the new path MTU, or 0 if the error is not about size
         */
        void onTcpError(UnsafeBuffer buffer, int quoted, int destination, boolean hard, int pathMtuBytes);
    }

    /** Creates the ICMP of an interface. */
    public Icmp(IpSettings settings, Ipv4Output output, IpCounters counters) {
        this.settings = settings;
        this.output = output;
        this.counters = counters;
        limit = new RateLimit(settings.icmpPerSecond);
    }

    /** Sets who hears of errors about TCP. */
    public void transport(TransportErrors listener) {
        transport = listener;
    }

    /** A message arrived. {@code unicast}: it was sent to our own address. */
    void onMessage(UnsafeBuffer buffer, int offset, int length, int source, boolean unicast, long nowNs) {
        counters.icmpIn++;
        if (!IcmpHeader.isValid(buffer, offset, length)) {
            counters.icmpErrors++;
            return;
        }
        switch (IcmpHeader.type(buffer, offset)) {
            case IcmpHeader.ECHO_REQUEST -> {
                // RFC 1122 §3.2.2.6: one to a broadcast or multicast address may be ignored, and is.
                if (unicast) {
                    echo(buffer, offset, length, source, nowNs);
                }
            }
            case IcmpHeader.UNREACHABLE -> onUnreachable(buffer, offset, length, nowNs);
            default -> {
                // RFC 1122 §3.2.2: others are ignored. Redirects too: one gateway is configured.
            }
        }
    }

    private void echo(UnsafeBuffer buffer, int offset, int length, int source, long nowNs) {
        if (!limit.tryAcquire(nowNs)) {
            counters.icmpThrottled++;
            return;
        }
        // RFC 1122 §3.2.2.6: all of the request comes back, if need be in fragments. The request is ours to turn round.
        IcmpHeader.encode(buffer, offset, IcmpHeader.ECHO_REPLY, 0, IcmpHeader.rest(buffer, offset), length);
        if (output.sendInFragments(source, Ipv4Header.PROTOCOL_ICMP, buffer, offset, length)) {
            counters.icmpOut++;
        }
    }

    private void onUnreachable(UnsafeBuffer buffer, int offset, int length, long nowNs) {
        final int quoted = offset + IcmpHeader.LENGTH;
        final int available = length - IcmpHeader.LENGTH;
        if (available < Ipv4Header.LENGTH + QUOTED_BYTES) {
            counters.icmpErrors++;
            return;
        }
        final int headerLength = Ipv4Header.headerLength(buffer, quoted);
        if (headerLength < Ipv4Header.LENGTH
                || available < headerLength + QUOTED_BYTES
                || Ipv4Header.source(buffer, quoted) != settings.address) {
            counters.icmpErrors++;
            return;
        }
        if (Ipv4Header.protocol(buffer, quoted) != Ipv4Header.PROTOCOL_TCP || transport == null) {
            return;
        }
        final int destination = Ipv4Header.destination(buffer, quoted);
        final int code = IcmpHeader.code(buffer, offset);
        int pathMtu = 0;
        if (code == IcmpHeader.CODE_FRAGMENTATION_NEEDED) {
            pathMtu = output.pathMtu()
                    .onTooBig(
                            destination,
                            IcmpHeader.nextHopMtu(buffer, offset),
                            Ipv4Header.totalLength(buffer, quoted),
                            nowNs);
            if (pathMtu == 0) {
                return;
            }
        }
        final boolean hard = code == IcmpHeader.CODE_PORT || code == IcmpHeader.CODE_PROTOCOL;
        transport.onTcpError(buffer, quoted + headerLength, destination, hard, pathMtu);
    }

    /** Sends "destination unreachable" about a datagram (at {@code offset}) that was sent to our own address. */
    public void sendUnreachable(UnsafeBuffer packet, int offset, int code, long nowNs) {
        sendError(packet, offset, IcmpHeader.UNREACHABLE, code, nowNs);
    }

    /** Sends "fragment reassembly time exceeded" about a datagram to our own address, of which the first fragment came. */
    void sendTimeExceeded(UnsafeBuffer packet, int offset, long nowNs) {
        sendError(packet, offset, IcmpHeader.TIME_EXCEEDED, IcmpHeader.CODE_REASSEMBLY, nowNs);
    }

    private void sendError(UnsafeBuffer packet, int offset, int type, int code, long nowNs) {
        final int source = Ipv4Header.source(packet, offset);
        // RFC 1122 §3.2.2: never about fragments but the first, nor to anything but a single host.
        if (Ipv4Header.fragmentOffset(packet, offset) != 0
                || !Ipv4Address.isValidSource(source)
                || settings.isBroadcast(source)) {
            return;
        }
        if (!limit.tryAcquire(nowNs)) {
            counters.icmpThrottled++;
            return;
        }
        if (!output.begin()) {
            return;
        }
        final int quote = Math.min(
                Ipv4Header.totalLength(packet, offset), Ipv4Header.headerLength(packet, offset) + QUOTED_BYTES);
        final int target = output.payloadOffset();
        output.buffer().putBytes(target + IcmpHeader.LENGTH, packet, offset, quote);
        final int length = IcmpHeader.LENGTH + quote;
        IcmpHeader.encode(output.buffer(), target, type, code, 0, length);
        counters.icmpOut++;
        output.send(source, Ipv4Header.PROTOCOL_ICMP, length, false);
    }
}
