package io.tickwire.edge.agent;

import java.util.ArrayList;
import java.util.List;

/** Everything that finishes what a duty cycle has made ready, in its order. One thread. */
final class ReadyList {
    private final List<Shard.ReadyWork> all = new ArrayList<>();

    void addAll(List<Shard.ReadyWork> work) {
        all.addAll(work);
    }

    /** Returns work done. */
    int run(long nowNs) {
        int work = 0;
        for (int i = 0; i < all.size(); i++) {
            work += all.get(i).run(nowNs);
        }
        return work;
    }
}
