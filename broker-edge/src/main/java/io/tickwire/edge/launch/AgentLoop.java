package io.tickwire.edge.launch;

import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one agent on one thread until it is told to stop. */
final class AgentLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);

    private final Agent agent;
    private final Runnable park;
    private final long spinNs;
    private final Runnable onDeath;
    private volatile boolean running = true;

    /**
     * Makes a loop.
     *
     * @param park waits for work
     * @param spinNs how long to go on without work before parking; negative never parks
     * @param onDeath called when the agent fails beyond repair
     */
    AgentLoop(Agent agent, Runnable park, long spinNs, Runnable onDeath) {
        this.agent = agent;
        this.park = park;
        this.spinNs = spinNs;
        this.onDeath = onDeath;
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
        while (running) {
            if (agent.doWork() > 0) {
                idle = false;
                continue;
            }
            if (!idle) {
                idle = true;
                idleSinceNs = spinNs == 0 ? 0 : System.nanoTime();
            }
            if (spinNs == 0 || (spinNs > 0 && System.nanoTime() - idleSinceNs > spinNs)) {
                park.run();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** Ends the loop after its current cycle; a parked agent has to be woken. */
    void stop() {
        running = false;
    }
}
