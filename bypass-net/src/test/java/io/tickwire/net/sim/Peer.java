package io.tickwire.net.sim;

import io.tickwire.net.tcp.CloseCause;
import io.tickwire.net.tcp.TcpConnection;
import io.tickwire.net.tcp.TcpHandler;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A random application on one end: sends a known pattern, checks what it receives, pauses, closes in its own way. */
public final class Peer implements TcpHandler {
    /** How an application ends. */
    public enum Ending {
        /** Half-closes as soon as all is sent. */
        SHUTDOWN_WHEN_SENT,
        /** Half-closes once the peer has. */
        SHUTDOWN_AFTER_PEER,
        /** Half-closes when all is sent and all that is expected has come. */
        CLOSE_WHEN_DONE
    }

    private final String name;
    private final SplittableRandom random;
    private final long toSend;
    private final long toReceive;
    private final int pattern;
    private final int peerPattern;
    private final Ending ending;
    private final double pauseChance;
    private final int maxWrite;
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[64 * 1024]);
    private TcpConnection connection;
    private boolean blocked;
    private boolean paused;
    private boolean shut;
    private boolean peerClosed;
    public long sent;
    public long received;
    public CloseCause closed;
    public boolean connected;

    public Peer(
            String name,
            SplittableRandom random,
            long toSend,
            long toReceive,
            int pattern,
            int peerPattern,
            Ending ending,
            double pauseChance,
            int maxWrite) {
        this.name = name;
        this.random = random;
        this.toSend = toSend;
        this.toReceive = toReceive;
        this.pattern = pattern;
        this.peerPattern = peerPattern;
        this.ending = ending;
        this.pauseChance = pauseChance;
        this.maxWrite = maxWrite;
    }

    static byte at(long position, int pattern) {
        final long mixed = (position + pattern) * 0x9e37_79b9_7f4a_7c15L;
        return (byte) (mixed >>> 56);
    }

    public TcpHandler accept(TcpConnection accepted) {
        connection = accepted;
        connected = true;
        return this;
    }

    @Override
    public void onConnected(TcpConnection opened) {
        connection = opened;
        connected = true;
    }

    /** Called every step of the simulation. */
    public void step() {
        if (connection == null || closed != null) {
            return;
        }
        if (paused && random.nextDouble() < 0.05) {
            paused = false;
            connection.resumeReading();
        }
        while (!blocked && sent < toSend && !shut && closed == null) {
            final int length = (int) Math.min(toSend - sent, random.nextInt(1, maxWrite + 1));
            for (int i = 0; i < length; i++) {
                scratch.putByte(i, at(sent + i, pattern));
            }
            final int accepted = connection.send(scratch, 0, length);
            if (accepted < 0) {
                throw new AssertionError(name + ": send refused in " + connection);
            }
            sent += accepted;
            blocked = accepted < length;
            if (random.nextInt(4) == 0) {
                break;
            }
        }
        maybeShut();
    }

    private void maybeShut() {
        if (shut || closed != null || sent < toSend) {
            return;
        }
        final boolean now = switch (ending) {
            case SHUTDOWN_WHEN_SENT -> true;
            case SHUTDOWN_AFTER_PEER -> peerClosed;
            case CLOSE_WHEN_DONE -> received == toReceive;
        };
        if (now) {
            shut = true;
            if (ending == Ending.CLOSE_WHEN_DONE && !paused) {
                connection.close();
            } else {
                connection.shutdownOutput();
            }
        }
    }

    @Override
    public int onData(TcpConnection from, DirectBuffer buffer, int offset, int length) {
        int take = length;
        if (random.nextDouble() < pauseChance) {
            take = random.nextInt(length + 1);
            paused = true;
            from.pauseReading();
        }
        for (int i = 0; i < take; i++) {
            if (buffer.getByte(offset + i) != at(received + i, peerPattern)) {
                throw new AssertionError(name + ": wrong byte at " + (received + i) + " in " + from);
            }
        }
        received += take;
        if (received > toReceive) {
            throw new AssertionError(name + ": received " + received + " of " + toReceive);
        }
        return take;
    }

    @Override
    public void onPeerClosed(TcpConnection from) {
        if (received != toReceive) {
            throw new AssertionError(name + ": peer closed after " + received + " of " + toReceive + " in " + from);
        }
        peerClosed = true;
    }

    @Override
    public void onWritable(TcpConnection from) {
        blocked = false;
    }

    @Override
    public void onClosed(TcpConnection from, CloseCause cause) {
        if (closed != null) {
            throw new AssertionError(name + ": closed twice");
        }
        closed = cause;
    }

    @Override
    public String toString() {
        return name + "[sent=" + sent + '/' + toSend + " received=" + received + '/' + toReceive + " " + ending
                + (blocked ? " blocked" : "") + (paused ? " paused" : "") + " closed=" + closed + " " + connection
                + ']';
    }
}
