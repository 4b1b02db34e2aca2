package io.tickwire.compat.differential;

/** One thing to do to a broker; what it sees goes into the probe. */
public record Case(String name, Body body) {

    @FunctionalInterface
    public interface Body {
        void run(Probe probe) throws Exception;
    }

    public static Case of(String name, Body body) {
        return new Case(name, body);
    }
}
