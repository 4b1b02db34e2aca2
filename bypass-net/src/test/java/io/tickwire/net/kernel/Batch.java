package io.tickwire.net.kernel;

import java.util.ArrayList;
import java.util.List;

/** Client connections that a peer was told to make: how many, how many at once, and how they went. */
final class Batch {
    final int count;
    final int parallel;
    final long up;
    final long down;
    /** All connections are opened before any byte is sent. */
    final boolean together;

    /** What to call when the last of them is open, if they go together. */
    final List<Runnable> waiting = new ArrayList<>();

    int begun;
    int open;
    int connected;
    int ended;
    int failed;
    long longestStallNs;
    private final long seed;
    private final long startNs;

    /** @param words {@code COUNT PARALLEL UP DOWN SEED [together]} */
    Batch(List<String> words, long nowNs) {
        count = Integer.parseInt(words.get(0));
        parallel = Integer.parseInt(words.get(1));
        up = Long.parseLong(words.get(2));
        down = Long.parseLong(words.get(3));
        seed = Long.parseLong(words.get(4));
        together = words.size() > 5 && words.get(5).equals("together");
        startNs = nowNs;
    }

    boolean mayBegin() {
        return begun < count && open < parallel;
    }

    Transfer begin(long nowNs) {
        open++;
        return Transfer.client(up, down, seed + begun++, nowNs);
    }

    /** One is connected: {@code go} starts it, now or with the others. */
    void onConnected(Runnable go) {
        connected++;
        if (!together) {
            go.run();
            return;
        }
        waiting.add(go);
        if (connected == count) {
            waiting.forEach(Runnable::run);
        }
    }

    void onEnded(Transfer transfer) {
        open--;
        ended++;
        if (!transfer.isDone() || !transfer.isIntact()) {
            failed++;
            System.out.println("failed: " + transfer);
        }
        longestStallNs = Math.max(longestStallNs, transfer.longestStallNs());
    }

    boolean isOver() {
        return ended == count;
    }

    String report(long nowNs) {
        return "count=" + count + " failed=" + failed + " ms=" + (nowNs - startNs) / 1_000_000 + " stallMs="
                + longestStallNs / 1_000_000;
    }
}
