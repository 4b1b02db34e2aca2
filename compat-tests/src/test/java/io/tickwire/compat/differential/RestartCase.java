package io.tickwire.compat.differential;

/** One thing that goes on while its broker is killed and started; what it sees goes into the probe. */
record RestartCase(String name, Body body) {

    @FunctionalInterface
    interface Body {
        void run(Probe probe, Restarts broker) throws Exception;
    }
}
