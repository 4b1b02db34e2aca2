package io.tickwire.edge.feed;

import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.edge.shm.ChannelPublisher;
import io.tickwire.edge.shm.FrameWriter;
import io.tickwire.edge.shm.RingLayout;
import org.agrona.concurrent.EpochNanoClock;

/** A feed's way into shared memory, which its partition may have or not. Owned by the shard; allocates nothing. */
final class FeedRing {
    private final FeedDatagram datagram;
    private final ChannelPublisher channel;
    private final EpochNanoClock clock;
    private final LatencyHistogram published;

    /** Publishes to {@code channel}, or nothing when that is null. */
    FeedRing(
            final FeedDatagram datagram,
            final ChannelPublisher channel,
            final EpochNanoClock clock,
            final ShardStats stats) {
        this.datagram = datagram;
        this.channel = channel;
        this.clock = clock;
        this.published = stats.of(Stage.FEED_PUBLISH);
    }

    /** Whether each message of the datagram surely fits. */
    boolean fits() {
        return channel == null || datagram.messageBytes() + Itch50.SYMBOL_BYTES <= channel.maxBodyLength();
    }

    /** Makes messages visible; {@link #journalled} or {@link #retract} follows. */
    void publish(final int from, final int count, final long firstOffset, final boolean first) {
        datagram.moveTo(from, first);
        if (channel == null) {
            for (int i = 0; first && i < count; i++) {
                datagram.next();
            }
            return;
        }
        final long publishNs = clock.nanoTime();
        for (int i = 0; i < count; i++) {
            datagram.next();
            publishMessage(firstOffset + i, publishNs);
        }
        published.record(clock.nanoTime() - datagram.ingressNs());
    }

    private void publishMessage(final long offset, final long publishNs) {
        final MessageProtocol protocol = datagram.protocol();
        final int at = datagram.offset();
        final int length = datagram.length();
        final int keyIndex = datagram.keyIndex();
        final FrameWriter frame = channel.claim(keyIndex < 0 ? -1 : Itch50.SYMBOL_BYTES, length, 0);
        if (frame == null) {
            channel.publishInJournal(offset, offset);
            return;
        }
        frame.identity(offset, datagram.sequence())
                .stamps(
                        protocol.exchangeNs(datagram.buffer(), at, length, datagram.receiveNs()),
                        datagram.receiveNs(),
                        datagram.ingressNs(),
                        publishNs);
        if (keyIndex >= 0) {
            frame.key(protocol.keys().getLong(keyIndex));
        }
        if (protocol.mustKeep(datagram.buffer(), at, length)) {
            frame.addFlags(RingLayout.FLAG_KEEP);
        }
        frame.value(datagram.buffer(), at);
        channel.commitAhead();
    }

    /** All that was published is in the journal. */
    void journalled(final long nextOffset) {
        if (channel != null) {
            channel.journalled(nextOffset);
        }
    }

    /** The journal did not take what was published under these offsets (inclusive). */
    void retract(final long firstOffset, final long lastOffset) {
        if (channel != null) {
            channel.retract(firstOffset, lastOffset);
        }
    }
}
