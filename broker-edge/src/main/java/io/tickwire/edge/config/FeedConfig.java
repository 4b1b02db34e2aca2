package io.tickwire.edge.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * One feed.
 *
 * @param name as the operator called it
 * @param group multicast group
 * @param source the one sender to listen to; empty for any
 * @param port UDP port
 * @param networkInterface name or address of the interface to join on; empty for the default one
 * @param framing name of the framing on the wire
 * @param protocol name of the message protocol, for keys and exchange times
 * @param topic topic its messages go to
 */
public record FeedConfig(
        String name,
        Inet4Address group,
        Optional<Inet4Address> source,
        int port,
        String networkInterface,
        String framing,
        String protocol,
        String topic) {
    static final ConfigType<Inet4Address> MULTICAST_GROUP = new ConfigType<>("group", FeedConfig::parseGroup);
    static final ConfigKey<Inet4Address> GROUP =
            ConfigKey.required("feeds.*.group", MULTICAST_GROUP, "multicast group of the feed");
    static final ConfigType<Inet4Address> SENDER = new ConfigType<>("address", FeedConfig::parseSource);
    static final ConfigKey<Inet4Address> SOURCE = ConfigKey.of(
            "feeds.*.source",
            SENDER,
            "",
            "address of the one sender to listen to (source-specific join); by default any");
    static final ConfigKey<Integer> PORT =
            ConfigKey.required("feeds.*.port", ConfigType.integer(1, 65_535), "UDP port of the feed");
    static final ConfigKey<String> INTERFACE = ConfigKey.of(
            "feeds.*.interface",
            ConfigType.TEXT,
            "",
            "interface to join on, name or address; by default the first that can");
    static final ConfigKey<String> FRAMING = ConfigKey.of(
            "feeds.*.framing",
            ConfigType.TEXT,
            "moldudp64",
            "framing of the feed's datagrams: moldudp64, or raw for one message each");
    static final ConfigKey<String> PROTOCOL = ConfigKey.of(
            "feeds.*.protocol",
            ConfigType.TEXT,
            "itch50",
            "what the feed's messages are: itch50, or opaque for bytes without key and time");
    static final ConfigKey<String> TOPIC =
            ConfigKey.required("feeds.*.topic", ConfigType.TEXT, "topic the feed's messages go to");

    static FeedConfig load(Values values, String name) {
        return new FeedConfig(
                name,
                values.get(GROUP, name),
                values.find(SOURCE, name),
                values.get(PORT, name),
                values.get(INTERFACE, name),
                values.get(FRAMING, name),
                values.get(PROTOCOL, name),
                values.get(TOPIC, name));
    }

    private static Inet4Address parseSource(String text) {
        if (InetAddress.ofLiteral(text) instanceof Inet4Address address
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress()) {
            return address;
        }
        throw new IllegalArgumentException("needs the IPv4 address of a host");
    }

    private static Inet4Address parseGroup(String text) {
        if (InetAddress.ofLiteral(text) instanceof Inet4Address address && address.isMulticastAddress()) {
            return address;
        }
        throw new IllegalArgumentException("needs an IPv4 multicast group, 224.0.0.0 to 239.255.255.255");
    }
}
