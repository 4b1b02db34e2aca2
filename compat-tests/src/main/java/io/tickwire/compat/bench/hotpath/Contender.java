package io.tickwire.compat.bench.hotpath;

import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;

/** One way of handing messages from a publishing thread to a subscribing thread. */
interface Contender {
    /** Name on the command line and in the report. */
    String name();

    /** True when both ends must live in one JVM. */
    default boolean inProcess() {
        return false;
    }

    /** Why it cannot be run on this machine, or null. */
    default String missing() {
        return null;
    }

    /** Highest rate, in messages a second, that is worth asking of it; {@link Integer#MAX_VALUE} for no limit. */
    default int maxRate() {
        return Integer.MAX_VALUE;
    }

    /**
     * Opens the sending end; called before {@link #subscriber}.
     *
     * @param directory scratch directory of this run, shared by both ends, empty
     * @param maxMessageBytes size of the largest message of this run
     */
    Publisher publisher(Path directory, int maxMessageBytes) throws Exception;

    /** Opens the receiving end on the same directory; messages published after it returns must reach it. */
    Subscriber subscriber(Path directory, int maxMessageBytes) throws Exception;

    /** Sending end, used by one thread. */
    interface Publisher extends AutoCloseable {
        /** Sends one message, or returns false when the peer pushes back and the call must be made again. */
        boolean offer(DirectBuffer message, int length);

        /** No message is due at the moment: what was kept for a burst goes on its way. */
        default void idle() {}

        @Override
        void close() throws IOException;
    }

    /** Receiving end, used by one thread. */
    interface Subscriber extends AutoCloseable {
        /** Hands what has arrived to {@code handler}, a bounded number of messages, and returns how many. */
        int poll(Handler handler);

        /**
         * Receives a whole run.
         *
         * @param ready to be called once messages would be seen
         */
        default Result receive(Load load, SenderDone done, Runnable ready) {
            ReceiveLoop loop = new ReceiveLoop(load, done);
            ready.run();
            return loop.run(this);
        }

        @Override
        void close() throws IOException;
    }

    /** Receives one message; the buffer is valid only during the call. */
    @FunctionalInterface
    interface Handler {
        void onMessage(DirectBuffer buffer, int offset, int length);
    }
}
