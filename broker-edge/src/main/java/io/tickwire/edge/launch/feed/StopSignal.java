package io.tickwire.edge.launch.feed;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Turns Ctrl-C and SIGTERM into a request to stop, and holds the JVM until the command has ended properly (5 s at most). */
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_S = 5;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;

    private StopSignal(final Runnable onStop) {
        this.hook = new Thread(
                () -> {
                    onStop.run();
                    awaitEnd();
                },
                "tickwire-stop");
    }

    static StopSignal install(final Runnable onStop) {
        final StopSignal signal = new StopSignal(onStop);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private void awaitEnd() {
        try {
            // False only when the command hangs: then the JVM goes on ending without it.
            if (!finished.await(PATIENCE_S, TimeUnit.SECONDS)) {
                System.err.println("tickwire: ended before the command was done");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command has said all it had to say. */
    void done() {
        finished.countDown();
    }

    @Override
    public void close() {
        done();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The JVM is going down: the hook is running, which is what it is for.
        }
    }
}
