package io.tickwire.edge.launch;

import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one agent on one thread until it is told to stop. */
final class AgentLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);
    /** An empty duty cycle takes a few hundred nanoseconds, with a select call in it a few microseconds. */
    private static final long LEAST_HICCUP_NS = 10_000;

    private final Agent agent;
    private final Runnable park;
    private final long spinNs;
    private final Runnable onDeath;
    private final LatencyHistogram cycles;
    private final LatencyHistogram hiccups;
    private volatile boolean running = true;

    /**
     * Makes a loop.
     *
     * @param park waits for work
     * @param spinNs how long to go on without work before parking; negative never parks
     * @param onDeath called when the agent fails beyond repair
     * @param stats takes the thread's cycles and hiccups
     */
    AgentLoop(Agent agent, Runnable park, long spinNs, Runnable onDeath, ShardStats stats) {
        this.agent = agent;
        this.park = park;
        this.spinNs = spinNs;
        this.onDeath = onDeath;
        cycles = stats.of(Stage.CYCLE);
        hiccups = stats.of(Stage.HICCUP);
    }

    @Override
    public void run() {
        try {
            agent.onStart();
            cycle();
            agent.onClose();
        } catch (Exception | Error e) {
            LOG.error("{} has failed", agent.roleName(), e);
            onDeath.run();
        }
    }

    private void cycle() throws Exception {
        long idleSinceNs = 0;
        boolean idle = false;
        boolean spun = false;
        long beforeNs = System.nanoTime();
        while (running) {
            boolean worked = agent.doWork() > 0;
            long nowNs = System.nanoTime();
            long tookNs = nowNs - beforeNs;
            if (worked) {
                cycles.record(tookNs);
            } else if (spun && tookNs > LEAST_HICCUP_NS) {
                // Nothing to do before and now: the thread was kept from running.
                hiccups.record(tookNs);
            }
            beforeNs = nowNs;
            spun = false;
            if (worked) {
                idle = false;
                continue;
            }
            if (!idle) {
                idle = true;
                idleSinceNs = nowNs;
            }
            if (spinNs == 0 || (spinNs > 0 && nowNs - idleSinceNs > spinNs)) {
                park.run();
                beforeNs = System.nanoTime();
            } else {
                spun = true;
                Thread.onSpinWait();
            }
        }
    }

    /** Ends the loop after its current cycle; a parked agent has to be woken. */
    void stop() {
        running = false;
    }
}
