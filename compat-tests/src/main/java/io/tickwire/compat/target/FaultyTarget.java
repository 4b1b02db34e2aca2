package io.tickwire.compat.target;

import java.nio.file.Path;

/** A broker in a process of its own that faults can be done to. Its address and its data outlive them. */
public interface FaultyTarget extends Target {

    /** Ends the process at once, without notice (SIGKILL). */
    void kill();

    /** Starts it again on the same data and the same port; returns when it serves. */
    void restart();

    /** Asks the process to end (SIGTERM) and waits until it has. */
    void stop();

    /** Holds every thread of the process (SIGSTOP). */
    void pause();

    /** Lets a held process go on (SIGCONT). */
    void resume();

    /** Returns the process id. */
    long pid();

    /** Returns where its data and its output are, until {@link #close} removes them. */
    Path directory();
}
