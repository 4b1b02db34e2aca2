package io.tickwire.compat.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** One fault: how long it lasts, and how long the broker is left alone after it. Milliseconds. */
record Fault(Kind kind, int lastsMs, int thenMs) {

    enum Kind {
        /** SIGKILL, then started again. */
        KILL,
        /** SIGKILL, and another one while it starts. */
        KILL_TWICE,
        /** SIGTERM, then started again. */
        STOP,
        /** SIGSTOP, later SIGCONT. */
        PAUSE,
        /** No packet passes between clients and broker. */
        CUT,
        /** SIGKILL while no packet passes. */
        CUT_AND_KILL;

        boolean needsNetwork() {
            return this == CUT || this == CUT_AND_KILL;
        }
    }

    private static final int SHORTEST_MS = 200;
    private static final int LONGEST_MS = 3_500;
    private static final int SHORTEST_PEACE_MS = 800;
    private static final int LONGEST_PEACE_MS = 2_500;

    /** What a short run has to have. */
    private static final Set<Kind> PLAIN = Set.of(Kind.KILL, Kind.PAUSE, Kind.CUT);

    /** Returns so many faults of these kinds, the plain ones first, then all in turns: the same for the same seed. */
    static List<Fault> schedule(long seed, int count, Set<Kind> kinds) {
        Random random = new Random(seed);
        List<Fault> faults = new ArrayList<>();
        List<Kind> left = new ArrayList<>(new TreeSet<>(kinds));
        left.retainAll(PLAIN);
        Collections.shuffle(left, random);
        while (faults.size() < count) {
            if (left.isEmpty()) {
                left.addAll(new TreeSet<>(kinds));
                Collections.shuffle(left, random);
            }
            faults.add(new Fault(
                    left.removeLast(),
                    random.nextInt(SHORTEST_MS, LONGEST_MS),
                    random.nextInt(SHORTEST_PEACE_MS, LONGEST_PEACE_MS)));
        }
        return faults;
    }
}
