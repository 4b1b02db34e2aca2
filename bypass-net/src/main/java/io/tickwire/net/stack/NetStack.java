package io.tickwire.net.stack;

import io.tickwire.net.device.FrameBurst;
import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.igmp.IgmpHost;
import io.tickwire.net.ip.Arp;
import io.tickwire.net.ip.FrameOutput;
import io.tickwire.net.ip.Icmp;
import io.tickwire.net.ip.IpCounters;
import io.tickwire.net.ip.Ipv4Input;
import io.tickwire.net.ip.Ipv4Output;
import io.tickwire.net.tcp.Tcp;
import io.tickwire.net.udp.Udp;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One IPv4 host over one device queue. Owned by one thread; sans-I/O but for the device; time is a parameter. All tables are bounded;
 * in steady state nothing is allocated, locked or logged.
 *
 * <p>With several queues there is one stack per queue and core, all with the same address, over the members of a {@link QueueGroup}.
 */
public final class NetStack implements AutoCloseable {
    /** Link, IP, ICMP, IGMP and UDP counters. */
    public final IpCounters counters = new IpCounters();

    private final FrameDevice device;
    private final FrameBurst received;
    private final FrameOutput output;
    private final Ipv4Output ipOutput;
    private final Ipv4Input ipInput;
    private final Arp arp;
    private final IgmpHost igmp;
    private final Udp udp;
    private final Tcp tcp;

    /** Creates a stack over a device, which stays the caller's to close. */
    public NetStack(StackSettings settings, FrameDevice device) {
        this.device = device;
        received = new FrameBurst(settings.receiveBurst());
        output = new FrameOutput(device, settings.transmitBurst(), counters);
        arp = new Arp(settings.ip(), device.info().macAddress(), output, counters);
        ipOutput = new Ipv4Output(settings.ip(), device, output, arp, counters);
        igmp = new IgmpHost(settings.igmp(), device, ipOutput, counters, settings.seed());
        udp = new Udp(ipOutput, device, igmp, counters);
        tcp = new Tcp(settings.tcp(), ipOutput, settings.seed());
        final Icmp icmp = new Icmp(settings.ip(), ipOutput, counters);
        icmp.transport(tcp::onIcmpError);
        ipInput = new Ipv4Input(settings.ip(), device, arp, icmp, new Protocols(), counters);
    }

    /** Where payloads go. */
    private final class Protocols implements Ipv4Input.Protocols {
        @Override
        public void onTcp(UnsafeBuffer buffer, int offset, int length, int source, boolean checksumVerified) {
            tcp.onSegment(buffer, offset, length, source, checksumVerified);
        }

        @Override
        public boolean onUdp(UnsafeBuffer buffer, int offset, int length, int source, int destination, long frame) {
            return udp.onDatagram(buffer, offset, length, source, destination, frame);
        }

        @Override
        public void onIgmp(UnsafeBuffer buffer, int offset, int length, int source, int destination) {
            igmp.onMessage(buffer, offset, length);
        }

        @Override
        public boolean hasConnection(UnsafeBuffer buffer, int offset, int length, int source) {
            return tcp.hasConnection(buffer, offset, length, source);
        }

        @Override
        public boolean isMember(int group) {
            return igmp.isMember(group);
        }
    }

    /**
     * One duty cycle: a burst of received frames, timers, what is to be sent. Application callbacks happen within.
     *
     * @return a work count, 0 if nothing happened
     */
    public int poll(long nowNs) {
        now(nowNs);
        int work = device.receive(received, nowNs);
        for (int i = 0; i < received.size(); i++) {
            ipInput.onFrame(received.get(i), nowNs);
        }
        received.freeAll(device.pool());
        work += tcp.poll();
        work += arp.poll(nowNs);
        work += igmp.poll(nowNs);
        ipInput.poll(nowNs);
        work += output.flush();
        return work;
    }

    /** Sets the time without polling, before calls such as connect from outside a duty cycle. */
    public void now(long nowNs) {
        output.now(nowNs);
        ipOutput.now(nowNs);
        arp.now(nowNs);
        igmp.now(nowNs);
        tcp.now(nowNs);
    }

    /** Sends what calls from outside a duty cycle have queued, as far as the device takes it. */
    public void flush() {
        output.flush();
    }

    /** TCP. */
    public Tcp tcp() {
        return tcp;
    }

    /** UDP. */
    public Udp udp() {
        return udp;
    }

    /** IGMP. */
    public IgmpHost igmp() {
        return igmp;
    }

    /** ARP. */
    public Arp arp() {
        return arp;
    }

    /** IPv4 output. */
    public Ipv4Output ip() {
        return ipOutput;
    }

    /** Resets all connections, sends that, and gives every frame back. */
    @Override
    public void close() {
        tcp.abortAll();
        output.flush();
        arp.close();
        output.close();
        received.close();
    }
}
