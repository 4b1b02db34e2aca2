package io.tickwire.storage.log;

/** Where an appended batch comes from, which decides how it is checked. */
public enum AppendOrigin {
    /** A producer: exactly one batch, checked as Kafka's broker checks it; offsets are assigned. */
    CLIENT,
    /** A feed handler of this process: offsets are assigned. */
    FEED,
    /** A coordinator or the controller: control batches are allowed; offsets are assigned. */
    COORDINATOR
}
