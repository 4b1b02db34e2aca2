package io.tickwire.net.ip;

/** What the link, ARP, IP, ICMP, IGMP and UDP parts of one stack have done; plain fields written by its thread. */
public final class IpCounters {
    /** Frames received. */
    public long framesIn;
    /** Frames given to the device. */
    public long framesOut;
    /** Frames not for us: MAC address, VLAN or EtherType. */
    public long framesIgnored;
    /** Frames shorter than their headers, or in more than one segment. */
    public long framesMalformed;
    /** No frame could be allocated. */
    public long framesExhausted;
    /** Frames dropped because the transmit queue stayed full. */
    public long transmitDrops;
    /** IPv4 datagrams received. */
    public long datagramsIn;
    /** IPv4 datagrams sent, ARP-queued ones included. */
    public long datagramsOut;
    /** Impossible header, wrong checksum or invalid source. */
    public long headerErrors;
    /** Destination is not ours. */
    public long notForUs;
    /** Protocol has no user here. */
    public long unknownProtocol;
    /** No route: off-link and no gateway. */
    public long noRoute;
    /** Fragments received. */
    public long fragmentsIn;
    /** Datagrams reassembled. */
    public long reassembled;
    /** Partial datagrams dropped: overlap, timeout, size or table pressure. */
    public long reassemblyDrops;
    /** ARP packets received. */
    public long arpIn;
    /** ARP packets sent. */
    public long arpOut;
    /** ARP packets that claimed our address. */
    public long arpConflicts;
    /** Datagrams dropped while an address was being resolved: queue full, or nobody answered. */
    public long arpDrops;
    /** Cache entries displaced because their set was full. */
    public long arpEvictions;
    /** ICMP messages received. */
    public long icmpIn;
    /** ICMP messages sent. */
    public long icmpOut;
    /** ICMP messages with a wrong checksum or an impossible length. */
    public long icmpErrors;
    /** ICMP messages not sent because of the rate limit. */
    public long icmpThrottled;
    /** IGMP messages received. */
    public long igmpIn;
    /** IGMP messages sent. */
    public long igmpOut;
    /** IGMP messages that were not valid. */
    public long igmpErrors;
    /** UDP datagrams delivered. */
    public long udpIn;
    /** UDP datagrams sent. */
    public long udpOut;
    /** UDP datagrams with a wrong checksum or an impossible length. */
    public long udpErrors;
    /** UDP datagrams for a port nobody listens to, or from a source that is filtered out. */
    public long udpNoPort;
}
