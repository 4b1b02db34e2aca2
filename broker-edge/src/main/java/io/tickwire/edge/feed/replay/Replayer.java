package io.tickwire.edge.feed.replay;

import io.tickwire.edge.feed.MoldUdp64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Plays a source: packs what is due into datagrams and sends them on time. A message late because of the sender is sent at once and the ones
 * after it keep their own times. Sends a heartbeat after a second of silence. One thread.
 */
public final class Replayer {
    /** Time, so that a test can turn the clock. */
    public interface Timer {
        long nanoTime();

        /** Waits until about this time; may return early. */
        void waitUntil(long deadlineNs, long spinNs);
    }

    /**
     * What was sent.
     *
     * @param messages in datagrams.
     * @param datagrams without heartbeats and ends of session.
     * @param bytes of those datagrams' payload.
     * @param elapsedNs from the first to the last message.
     * @param maxLagNs the most that a message left after it was due.
     * @param nextSequence the sequence after the last message's.
     */
    public record Result(long messages, long datagrams, long bytes, long elapsedNs, long maxLagNs, long nextSequence) {
        /** This and what was sent after it. */
        public Result plus(final Result later) {
            return new Result(
                    messages + later.messages,
                    datagrams + later.datagrams,
                    bytes + later.bytes,
                    elapsedNs + later.elapsedNs,
                    Math.max(maxLagNs, later.maxLagNs),
                    later.nextSequence);
        }
    }

    private static final long HEARTBEAT_NS = TimeUnit.SECONDS.toNanos(1);

    private final MessageSource source;
    private final DatagramSender sender;
    private final ReplaySettings settings;
    private final Timer timer;
    private final ByteBuffer datagram;
    private final UnsafeBuffer buffer;
    private final byte[] session;
    private int datagramLength;
    private int datagramMessages;
    private long nextSequence;
    private long lastSentNs;
    private long messages;
    private long datagrams;
    private long bytes;
    private long maxLagNs;

    public Replayer(
            final MessageSource source, final DatagramSender sender, final ReplaySettings settings, final Timer timer) {
        this.source = source;
        this.sender = sender;
        this.settings = settings;
        this.timer = timer;
        this.datagram = ByteBuffer.allocateDirect(0xFFFF + MoldUdp64.HEADER_BYTES);
        this.buffer = new UnsafeBuffer(datagram);
        this.session = settings.session() == null
                ? null
                : String.format("%-10s", settings.session()).getBytes(StandardCharsets.US_ASCII);
        this.nextSequence = settings.firstSequence();
    }

    /** The machine's own clock; sleeps, and spins at the end when asked to. */
    public static Timer systemTimer() {
        return new SystemTimer();
    }

    /** Ends a session that was played in parts. */
    public static void endSession(final DatagramSender sender, final ReplaySettings settings, final long nextSequence)
            throws IOException {
        final MessageSource nothing = new SyntheticItch(0, 1, 0);
        new Replayer(nothing, sender, settings.withFirstSequence(nextSequence).withEndOfSessionCount(1), systemTimer())
                .run(() -> false);
    }

    /** Plays to the end or until told to stop. */
    public Result run(final BooleanSupplier stop) throws IOException {
        final long startNs = timer.nanoTime();
        lastSentNs = startNs;
        long nowNs = startNs;
        long firstTimeNs = 0;
        boolean more = source.next();
        if (more) {
            firstTimeNs = source.timeNs();
        }
        while (more && !stop.getAsBoolean()) {
            final long dueNs = startNs + settings.pace().dueNs(messages, source.timeNs() - firstTimeNs);
            if (dueNs - nowNs > 0) {
                nowNs = timer.nanoTime();
            }
            if (dueNs - nowNs > 0) {
                flush();
                nowNs = idleUntil(dueNs, stop);
                continue;
            }
            maxLagNs = Math.max(maxLagNs, nowNs - dueNs);
            add();
            more = source.next();
        }
        flush();
        final long elapsedNs = timer.nanoTime() - startNs;
        endSession(stop);
        return new Result(messages, datagrams, bytes, elapsedNs, maxLagNs, nextSequence);
    }

    private long idleUntil(final long dueNs, final BooleanSupplier stop) throws IOException {
        final long heartbeatNs = lastSentNs + HEARTBEAT_NS;
        if (session != null && heartbeatNs - dueNs < 0) {
            timer.waitUntil(heartbeatNs, 0);
            if (timer.nanoTime() - heartbeatNs >= 0 && !stop.getAsBoolean()) {
                sendControl(0);
            }
        } else {
            timer.waitUntil(dueNs, settings.spinNs());
        }
        return timer.nanoTime();
    }

    private void add() throws IOException {
        final int length = source.length();
        if (session == null) {
            buffer.putBytes(0, source.buffer(), source.offset(), length);
            send(length);
            messages++;
            datagrams++;
            bytes += length;
            return;
        }
        final int needed = MoldUdp64.BLOCK_LENGTH_BYTES + length;
        if (datagramMessages > 0
                && (datagramLength + needed > settings.maxDatagramBytes()
                        || datagramMessages == settings.maxMessagesPerDatagram())) {
            flush();
        }
        if (datagramMessages == 0) {
            datagramLength = MoldUdp64.HEADER_BYTES;
        }
        buffer.putShort(datagramLength, (short) length, ByteOrder.BIG_ENDIAN);
        buffer.putBytes(datagramLength + MoldUdp64.BLOCK_LENGTH_BYTES, source.buffer(), source.offset(), length);
        datagramLength += needed;
        datagramMessages++;
        messages++;
    }

    private void flush() throws IOException {
        if (datagramMessages > 0) {
            MoldUdp64.putHeader(buffer, 0, session, nextSequence, datagramMessages);
            send(datagramLength);
            nextSequence += datagramMessages;
            datagrams++;
            bytes += datagramLength;
            datagramMessages = 0;
        }
    }

    private void send(final int length) throws IOException {
        datagram.clear().limit(length);
        sender.send(datagram);
        lastSentNs = timer.nanoTime();
    }

    private void sendControl(final int count) throws IOException {
        MoldUdp64.putHeader(buffer, 0, session, nextSequence, count);
        send(MoldUdp64.HEADER_BYTES);
    }

    private void endSession(final BooleanSupplier stop) throws IOException {
        for (int i = 0; session != null && i < settings.endOfSessionCount(); i++) {
            if (i > 0) {
                if (stop.getAsBoolean()) {
                    return;
                }
                timer.waitUntil(lastSentNs + HEARTBEAT_NS, 0);
            }
            sendControl(MoldUdp64.END_OF_SESSION_COUNT);
        }
    }
}
