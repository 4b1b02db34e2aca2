package io.tickwire.net.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * Two stacks over a simulated wire, one scenario per seed. Replay one with {@code -Dtickwire.sim.seed=N}; run others with {@code
 * -Dtickwire.sim.first=N -Dtickwire.sim.count=M}.
 */
class StackSimulationTest {
    private static final long FIRST = Long.getLong("tickwire.sim.first", 1);
    private static final long COUNT = Long.getLong("tickwire.sim.count", 2_000);

    @Test
    void anySeedBothApplicationsGetEverythingAndNothingLeaks() {
        final Long one = Long.getLong("tickwire.sim.seed");
        final long first = one != null ? one : FIRST;
        final long end = one != null ? one + 1 : FIRST + COUNT;
        System.out.println("stack simulation: seeds " + first + " to " + (end - 1));
        long segmented = 0;
        long spurious = 0;
        long withQueues = 0;
        for (long seed = first; seed < end; seed++) {
            final Simulation[] run = new Simulation[1];
            try {
                run[0] = new Simulation(seed);
                run[0].run();
                segmented += run[0].segmented();
                spurious += run[0].spuriousTimeouts();
                withQueues += run[0].hasQueues() ? 1 : 0;
            } catch (AssertionError | RuntimeException failure) {
                fail(
                        "seed " + seed + " (replay: -Dtickwire.sim.seed=" + seed + "): " + failure.getMessage() + "\n"
                                + run[0],
                        failure);
            }
        }
        System.out.println("hosts with several queues in " + withQueues + " seeds, frames cut by devices: " + segmented
                + ", timeouts undone: " + spurious);
        assertTrue(one != null || (withQueues > 0 && segmented > 0 && spurious > 0), "something was never done");
    }
}
