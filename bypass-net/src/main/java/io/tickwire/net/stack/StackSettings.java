package io.tickwire.net.stack;

import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.tcp.TcpSettings;

/**
 * Everything a stack is configured with.
 *
 * @param ip address and link limits
 * @param tcp TCP limits and timers
 * @param igmp IGMP limits and timers
 * @param receiveBurst frames taken from the device per duty cycle
 * @param transmitBurst frames queued before the device is called
 * @param seed secret for sequence numbers, cookies and hashing: from a strong random source outside tests
 */
public record StackSettings(
        IpSettings ip, TcpSettings tcp, IgmpSettings igmp, int receiveBurst, int transmitBurst, long seed) {

    /** Checks the limits that are not checked elsewhere. */
    public StackSettings {
        ip.validate();
        tcp.validate();
        if (receiveBurst < 1 || receiveBurst > 1_024 || transmitBurst < 1 || transmitBurst > 1_024) {
            throw new IllegalArgumentException(
                    "bursts " + receiveBurst + " and " + transmitBurst + ": must be 1 to 1024 frames");
        }
    }

    /** Defaults for an address, with bursts of 64 frames. */
    public static StackSettings of(IpSettings ip, long seed) {
        return new StackSettings(ip, new TcpSettings(), new IgmpSettings(), 64, 64, seed);
    }
}
