package io.tickwire.net.sim;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One direction of a simulated wire: seeded loss, duplication, corruption, reordering, delay, rate. Time is virtual. */
public final class SimLink {
    /** What the wire does to frames. Probabilities 0–1, times in nanoseconds. */
    public record Impairment(
            double loss,
            double burstLoss,
            double duplicate,
            double corrupt,
            double reorder,
            long delayNs,
            long jitterNs,
            long nanosPerByte,
            int queueFrames) {
        public static final Impairment NONE = new Impairment(0, 0, 0, 0, 0, 10_000, 0, 0, 10_000);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Flight(long atNs, long order, byte[] frame) implements Comparable<Flight> {
        @Override
        public int compareTo(Flight other) {
            final int byTime = Long.compare(atNs, other.atNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Flight> flights = new PriorityQueue<>();
    private final SplittableRandom random;
    private final Impairment impairment;
    private final Consumer<byte[]> target;
    private long order;
    private long lineFreeNs = Long.MIN_VALUE;
    private long lastArrivalNs = Long.MIN_VALUE;
    private int burstLeft;
    private boolean down;
    public long carried;
    public long lost;

    public SimLink(Consumer<byte[]> target, Impairment impairment, SplittableRandom random) {
        this.target = target;
        this.impairment = impairment;
        this.random = random;
    }

    /** Cuts the wire, or mends it. */
    public void down(boolean isDown) {
        down = isDown;
    }

    void transmit(byte[] frame, long nowNs) {
        carried++;
        if (down || isLost() || flights.size() >= impairment.queueFrames) {
            lost++;
            return;
        }
        launch(frame, nowNs);
        if (random.nextDouble() < impairment.duplicate) {
            launch(frame.clone(), nowNs);
        }
    }

    private boolean isLost() {
        if (burstLeft > 0) {
            burstLeft--;
            return true;
        }
        if (random.nextDouble() < impairment.burstLoss) {
            burstLeft = random.nextInt(1, 12);
            return true;
        }
        return random.nextDouble() < impairment.loss;
    }

    private void launch(byte[] original, long nowNs) {
        byte[] frame = original;
        if (random.nextDouble() < impairment.corrupt && isIpv4(frame)) {
            // One bit: what the Internet checksum is certain to find. The Ethernet header has its own in reality.
            frame = original.clone();
            final int at = random.nextInt(14, frame.length);
            frame[at] ^= (byte) (1 << random.nextInt(8));
        }
        lineFreeNs = Math.max(lineFreeNs, nowNs) + impairment.nanosPerByte * frame.length;
        long at = lineFreeNs + impairment.delayNs;
        if (impairment.jitterNs > 0) {
            at += random.nextLong(impairment.jitterNs);
        }
        if (random.nextDouble() < impairment.reorder) {
            at += random.nextLong(1, 4 * impairment.delayNs + 2);
        } else {
            at = Math.max(at, lastArrivalNs);
            lastArrivalNs = at;
        }
        flights.add(new Flight(at, order++, frame));
    }

    private static boolean isIpv4(byte[] frame) {
        return frame.length > 34 && frame[12] == 8 && frame[13] == 0;
    }

    /** Delivers what is due. */
    public void deliver(long nowNs) {
        while (!flights.isEmpty() && flights.peek().atNs <= nowNs) {
            target.accept(flights.poll().frame);
        }
    }

    /** Time of the next arrival; Long.MAX_VALUE if nothing is under way. */
    public long nextArrivalNs() {
        return flights.isEmpty() ? Long.MAX_VALUE : flights.peek().atNs;
    }
}
