package io.tickwire.edge.feed.replay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Sends to one multicast group (or plain address) over a kernel socket. */
public final class MulticastSender implements DatagramSender {
    private final DatagramChannel channel;

    /**
     * Opens the socket.
     *
     * @param networkInterface name or address of the interface to send on. On the loopback interface datagrams get TTL 0 and never leave.
     */
    public MulticastSender(final InetSocketAddress target, final String networkInterface) throws IOException {
        final NetworkInterface out = find(networkInterface);
        channel = DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            if (target.getAddress().isMulticastAddress()) {
                channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, out);
                channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, out.isLoopback() ? 0 : 1);
                channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            }
            channel.connect(target);
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
    }

    private static NetworkInterface find(final String nameOrAddress) throws IOException {
        final NetworkInterface byName = NetworkInterface.getByName(nameOrAddress);
        final NetworkInterface found =
                byName != null ? byName : NetworkInterface.getByInetAddress(InetAddress.getByName(nameOrAddress));
        if (found == null) {
            throw new IOException("no network interface '" + nameOrAddress + "'");
        }
        return found;
    }

    @Override
    public void send(final ByteBuffer datagram) throws IOException {
        channel.write(datagram);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
