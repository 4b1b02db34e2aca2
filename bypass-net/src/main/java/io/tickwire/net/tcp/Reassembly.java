package io.tickwire.net.tcp;

import io.tickwire.net.wire.TcpOptions;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Which ranges beyond RCV.NXT are held: sorted, disjoint, not adjacent, bounded. The bytes lie in the receive ring at their place.
 *
 * <p>Also writes the SACK blocks for them: RFC 2018 §4 (the range with the newest segment first, then the most recently reported)
 * and RFC 2883 §4 (a duplicate first of all).
 */
final class Reassembly {
    private final int[] start;
    private final int[] end;
    private final int[] touched;
    private int count;
    private int clock;
    private boolean duplicate;
    private int duplicateStart;
    private int duplicateEnd;

    Reassembly(int maxRanges) {
        start = new int[maxRanges];
        end = new int[maxRanges];
        touched = new int[maxRanges];
    }

    void reset() {
        count = 0;
        clock = 0;
        duplicate = false;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    int start(int index) {
        return start[index];
    }

    int end(int index) {
        return end[index];
    }

    /**
     * Adds [from, to), merging what it touches.
     *
     * @return false if it would need one range more than there may be
     */
    boolean add(int from, int to) {
        int first = 0;
        while (first < count && SeqNum.lt(end[first], from)) {
            first++;
        }
        int last = first;
        int mergedStart = from;
        int mergedEnd = to;
        while (last < count && SeqNum.leq(start[last], to)) {
            mergedStart = SeqNum.min(mergedStart, start[last]);
            mergedEnd = SeqNum.max(mergedEnd, end[last]);
            last++;
        }
        if (last == first && count == start.length) {
            return false;
        }
        replace(first, last, mergedStart, mergedEnd);
        return true;
    }

    private void replace(int first, int last, int mergedStart, int mergedEnd) {
        final int shift = 1 - (last - first);
        if (shift != 0) {
            final int tail = count - last;
            System.arraycopy(start, last, start, last + shift, tail);
            System.arraycopy(end, last, end, last + shift, tail);
            System.arraycopy(touched, last, touched, last + shift, tail);
            count += shift;
        }
        start[first] = mergedStart;
        end[first] = mergedEnd;
        touched[first] = ++clock;
    }

    /** Takes what has become contiguous with {@code next}. Returns the new RCV.NXT. */
    int advance(int next) {
        int taken = 0;
        int advanced = next;
        while (taken < count && SeqNum.leq(start[taken], advanced)) {
            advanced = SeqNum.max(advanced, end[taken]);
            taken++;
        }
        if (taken > 0) {
            count -= taken;
            System.arraycopy(start, taken, start, 0, count);
            System.arraycopy(end, taken, end, 0, count);
            System.arraycopy(touched, taken, touched, 0, count);
        }
        return advanced;
    }

    /** Bytes of [from, to) that are held already. */
    int overlap(int from, int to) {
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            final int left = SeqNum.max(from, start[i]);
            final int right = SeqNum.min(to, end[i]);
            if (SeqNum.lt(left, right)) {
                bytes += SeqNum.distance(left, right);
            }
        }
        return bytes;
    }

    /** RFC 2883 §4: the next SACK reports this duplicate, once. */
    void reportDuplicate(int from, int to) {
        duplicate = true;
        duplicateStart = from;
        duplicateEnd = to;
    }

    /** Blocks that the next acknowledgement would carry, at most {@code limit}. */
    int blockCount(int limit) {
        return Math.min(limit, count + (duplicate ? 1 : 0));
    }

    /** Writes {@code blocks} blocks (from {@link #blockCount}) and forgets the duplicate. Returns the new offset. */
    int putBlocks(UnsafeBuffer buffer, int offset, int blocks) {
        int position = TcpOptions.putSackHeader(buffer, offset, blocks);
        int left = blocks;
        if (duplicate && left > 0) {
            position = TcpOptions.putSackBlock(buffer, position, duplicateStart, duplicateEnd);
            duplicate = false;
            left--;
        }
        int newerThan = Integer.MAX_VALUE;
        while (left-- > 0) {
            final int index = mostRecentBelow(newerThan);
            newerThan = touched[index];
            position = TcpOptions.putSackBlock(buffer, position, start[index], end[index]);
        }
        return position;
    }

    private int mostRecentBelow(int limit) {
        int best = -1;
        for (int i = 0; i < count; i++) {
            if (touched[i] < limit && (best < 0 || touched[i] > touched[best])) {
                best = i;
            }
        }
        return best;
    }

    /** Highest end of any range; only if not empty. */
    int highest() {
        return end[count - 1];
    }
}
