package io.tickwire.net.kernel;

import io.tickwire.net.device.Impairment;
import io.tickwire.net.igmp.IgmpSettings;
import io.tickwire.net.ip.IpSettings;
import io.tickwire.net.stack.StackSettings;
import io.tickwire.net.tcp.TcpSettings;
import io.tickwire.net.wire.Ipv4Address;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The {@code KEY=VALUE} pairs that a stack and the path before it are made from, see {@link StackPeer}; {@code nosack=1} switches off. */
final class StackKeys {
    private final Map<String, String> keys;

    StackKeys(Map<String, String> keys) {
        this.keys = keys;
    }

    /** Of the path's fates. */
    long seed() {
        return Long.parseLong(keys.getOrDefault("seed", "1"));
    }

    /** @param address with prefix length */
    StackSettings settings(String address) {
        final IpSettings ip = new IpSettings();
        final String[] parts = address.split("/", -1);
        ip.address = Ipv4Address.parse(parts[0]);
        ip.prefixLength = Integer.parseInt(parts[1]);
        ip.arpReachableNs = millis("arp", 30_000);
        final TcpSettings tcp = new TcpSettings();
        tcp.timeWaitNs = millis("timewait", 60_000);
        tcp.sendBufferBytes = Integer.parseInt(keys.getOrDefault("buffer", "262144"));
        tcp.receiveBufferBytes = tcp.sendBufferBytes;
        tcp.congestion = TcpSettings.Congestion.valueOf(keys.getOrDefault("congestion", "CUBIC"));
        tcp.rack = !keys.containsKey("norack");
        tcp.sack = !keys.containsKey("nosack");
        tcp.timestamps = !keys.containsKey("nots");
        return new StackSettings(ip, tcp, new IgmpSettings(), 64, 64, System.nanoTime());
    }

    private long millis(String key, long otherwise) {
        final String text = keys.get(key);
        return TimeUnit.MILLISECONDS.toNanos(text == null ? otherwise : Long.parseLong(text));
    }

    /** {@code loss=P dup=P corrupt=P reorder=P:MS delay=MS:JITTER rate=BITS:FRAMES}, both directions. */
    Impairment impairment() {
        Impairment impairment = Impairment.NONE;
        if (keys.containsKey("loss")) {
            impairment = impairment.withLoss(Double.parseDouble(keys.get("loss")));
        }
        if (keys.containsKey("dup")) {
            impairment = impairment.withDuplication(Double.parseDouble(keys.get("dup")));
        }
        if (keys.containsKey("corrupt")) {
            impairment = impairment.withCorruption(Double.parseDouble(keys.get("corrupt")));
        }
        if (keys.containsKey("reorder")) {
            final String[] words = keys.get("reorder").split(":", -1);
            impairment = impairment.withReordering(Double.parseDouble(words[0]), ms(words[1]));
        }
        if (keys.containsKey("delay")) {
            final String[] words = keys.get("delay").split(":", -1);
            impairment = impairment.withDelay(ms(words[0]), ms(words[1]));
        }
        if (keys.containsKey("rate")) {
            final String[] words = keys.get("rate").split(":", -1);
            impairment = impairment.withRate(Long.parseLong(words[0]), Integer.parseInt(words[1]));
        }
        return impairment;
    }

    private static long ms(String text) {
        return TimeUnit.MILLISECONDS.toNanos(Long.parseLong(text));
    }
}
