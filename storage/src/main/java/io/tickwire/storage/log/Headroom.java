package io.tickwire.storage.log;

import io.tickwire.storage.journal.Journal;
import io.tickwire.storage.os.Posix;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * What lies ready ahead of the writer of one journal file: disk blocks, so that a full disk shows as an error here and never as
 * a fault in mapped memory, and pages of the writer's own mapping, so that an append finds them present and writable.
 *
 * <p>The owner asks {@link #covers} at each append, one load and one store. Another thread, the helper, runs ahead of it with
 * {@link #look} and {@link #step}; where none does, or the owner was faster, the owner reserves for itself in {@link #ensure}. Blocks
 * are reserved under this object's lock; pages are touched under another one, for one step at a time, so that an owner that needs
 * blocks does not wait for pages.
 *
 * <p>How much lies ready, the window, follows the writer's speed. Its largest size doubles when a writer has used up the whole of it, as
 * long as the budget of all journals allows, and is the usual one again when the writer has been still for some seconds.
 */
final class Headroom implements AutoCloseable {
    /** What is kept ready at least. */
    private static final long SMALLEST_STEP_BYTES = 64 * 1024;

    /** What is held ready at most, unless that has not been enough. */
    static final long USUAL_WINDOW_BYTES = 16 * 1024 * 1024;

    /** What is held ready at most for a writer that uses it up. */
    static final long LARGEST_WINDOW_BYTES = 128 * 1024 * 1024;

    /** What is reserved or touched at most while a lock is held. */
    private static final long LARGEST_STEP_BYTES = 256 * 1024;

    /** How many times what was appended since the last look is kept ready. */
    private static final int LOOKS_AHEAD = 8;

    /** A writer that was still for so many looks, most of them 50 ms apart, has the usual window again. */
    static final int LOOKS_UNTIL_USUAL = 300;

    /** The helper waits for an owner no longer than that. */
    private static final int OWNER_PASSES_SPINS = 1_000;

    private static final VarHandle WRITER;
    private static final VarHandle RESERVED;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            WRITER = lookup.findVarHandle(Headroom.class, "writerPosition", long.class);
            RESERVED = lookup.findVarHandle(Headroom.class, "reservedTo", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int fd;
    private final Object mapping = new Object();
    private long writerPosition;
    private long reservedTo;
    private long mappedBase;
    private long mappedTo;
    private long touchedTo;
    private long seenAt;
    private long wantedTo;
    private int stillLooks;
    private boolean windowWasWhole;
    private long windowBytes = USUAL_WINDOW_BYTES;
    private WindowBudget budget;
    private boolean closed;
    private volatile boolean writtenBack;
    private volatile boolean ownerWaits;

    /**
     * Opens an existing file, which ends at {@code from} or before, and reserves the blocks behind that.
     *
     * @param mappedBase address at which the writer's mapping has, or would have, the file's first byte
     * @param mappedTo position at which the writer's mapping ends
     */
    Headroom(final Path file, final long from, final long mappedBase, final long mappedTo) throws IOException {
        fd = Posix.open(file, Posix.O_RDWR);
        this.mappedBase = mappedBase;
        this.mappedTo = mappedTo;
        writerPosition = from;
        seenAt = from;
        touchedTo = from & -Posix.PAGE_BYTES;
        reservedTo = (from + Journal.SLACK_BYTES + Posix.PAGE_BYTES) & -Posix.PAGE_BYTES;
        try {
            Posix.reserve(fd, from, reservedTo - from); // Where Chronicle has been at work nothing is overwritten.
            ensure(from + SMALLEST_STEP_BYTES);
        } catch (final IOException e) {
            Posix.close(fd);
            throw e;
        }
    }

    /** What lies ahead of a writer are holes: reading them ahead, as the kernel does where a fault misses a page, is work for nothing. */
    static void expectNoReadAhead(final Journal journal) {
        final int error =
                Posix.advise(journal.mappedBase() + journal.mappedFrom(), journal.mappingBytes(), Posix.MADV_RANDOM);
        assert error == 0 : "no advice on the writer's mapping: error " + error;
    }

    /** The owner is about to write up to {@code position}: true when everything below it is reserved. */
    boolean covers(final long position) {
        WRITER.setOpaque(this, position);
        return position <= (long) RESERVED.getAcquire(this);
    }

    /** The owner was faster than its helper, or has none: reserves at least to {@code position}, and more the larger the file is already. */
    void ensure(final long position) throws IOException {
        ownerWaits = true;
        synchronized (this) {
            ownerWaits = false;
            reserveFor(position);
        }
    }

    private void reserveFor(final long position) throws IOException {
        if (position <= reservedTo) {
            return;
        }
        final long step = Math.clamp(reservedTo, SMALLEST_STEP_BYTES, LARGEST_STEP_BYTES);
        try {
            reserve(Math.max(position, reservedTo + step));
        } catch (final IOException e) {
            reserve(position); // The last blocks of a device serve, too.
        }
    }

    private void reserve(final long to) throws IOException {
        // Nobody has written there: the owner goes no further than what is reserved.
        Posix.writeZeros(fd, reservedTo, to - reservedTo);
        RESERVED.setRelease(this, to);
    }

    /** The owner's mapping has changed; 0 and 0 while it has none. */
    void mapped(final long base, final long to) {
        synchronized (mapping) {
            mappedBase = base;
            mappedTo = to;
            touchedTo = (long) WRITER.getOpaque(this) & -Posix.PAGE_BYTES;
            wantedTo = 0;
        }
    }

    /** Pages were put on the device, which makes the kernel stop the next write to each: touch them again. Any thread. */
    void writtenBack() {
        writtenBack = true;
    }

    /**
     * Looks how fast the writer is, and so how much it should have ready. The helper only.
     *
     * @param extra lends what the window is larger than the usual one
     * @return true when the writer has moved since the last look
     */
    boolean look(final WindowBudget extra) {
        final long written = (long) WRITER.getOpaque(this);
        final long moved = written - seenAt;
        seenAt = written;
        if (moved == 0) {
            if (++stillLooks == LOOKS_UNTIL_USUAL) {
                shrink();
            }
        } else {
            stillLooks = 0;
            if (windowWasWhole && isUsedUp(written)) {
                grow(extra);
            }
        }
        final long window = Math.clamp(LOOKS_AHEAD * moved, SMALLEST_STEP_BYTES, windowBytes);
        windowWasWhole = window == windowBytes;
        final long wanted = writtenBack ? Math.max(written + window, touchAnewTo(written)) : written + window;
        synchronized (mapping) {
            wantedTo = Math.max(wantedTo, wanted);
        }
        return moved > 0;
    }

    private boolean isUsedUp(final long written) {
        synchronized (mapping) {
            return written >= touchedTo;
        }
    }

    private synchronized void grow(final WindowBudget extra) {
        if (!closed && windowBytes < LARGEST_WINDOW_BYTES && extra.take(windowBytes)) {
            budget = extra;
            windowBytes *= 2;
        }
    }

    private synchronized void shrink() {
        if (windowBytes > USUAL_WINDOW_BYTES) {
            budget.giveBack(windowBytes - USUAL_WINDOW_BYTES);
            windowBytes = USUAL_WINDOW_BYTES;
        }
    }

    /** As far as pages lay ready, they are to lie ready again. */
    private long touchAnewTo(final long written) {
        writtenBack = false;
        synchronized (mapping) {
            final long before = touchedTo;
            touchedTo = written & -Posix.PAGE_BYTES;
            return before;
        }
    }

    /**
     * Reserves one step of what the last look wanted, and touches one step of pages; true when there is more to do. The helper only; never
     * throws on a full disk, which the owner will notice when it gets there.
     */
    boolean step() {
        letOwnerPass();
        final boolean toReserve = reserveStep();
        return touchStep() || toReserve;
    }

    /** The lock is not fair: an owner that waits for it goes first. */
    private void letOwnerPass() {
        for (int i = 0; i < OWNER_PASSES_SPINS && ownerWaits; i++) {
            Thread.onSpinWait();
        }
    }

    private long wanted() {
        synchronized (mapping) {
            return wantedTo;
        }
    }

    private synchronized boolean reserveStep() {
        final long limit = wanted();
        if (closed || limit <= reservedTo) {
            return false;
        }
        try {
            reserve(Math.min(limit, reservedTo + LARGEST_STEP_BYTES));
            return limit > reservedTo;
        } catch (final IOException e) {
            return false; // The device is full: what is reserved may be touched, the rest is the owner's to notice.
        }
    }

    private boolean touchStep() {
        synchronized (mapping) {
            final long from = Math.max(touchedTo, (long) WRITER.getOpaque(this) & -Posix.PAGE_BYTES);
            final long reserved = (long) RESERVED.getAcquire(this);
            final long limit = Math.min(Math.min(wantedTo, reserved), mappedTo) & -Posix.PAGE_BYTES;
            if (from >= limit) {
                return false;
            }
            final long to = Math.min(limit, from + LARGEST_STEP_BYTES);
            touchedTo = to;
            return Posix.advise(mappedBase + from, to - from, Posix.MADV_POPULATE_WRITE) == 0;
        }
    }

    /** Gives the file back; afterwards nobody touches the writer's mapping. */
    @Override
    public void close() {
        mapped(0, 0);
        synchronized (this) {
            if (!closed) {
                closed = true;
                shrink();
                Posix.close(fd);
            }
        }
    }
}
