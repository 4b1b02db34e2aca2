package io.tickwire.edge.shm;

/** Chooses the records a subscription delivers; evaluated by the subscriber on its own copy, at no cost to the writer. */
@FunctionalInterface
public interface RecordFilter {
    RecordFilter ALL = record -> true;

    boolean accepts(SharedRecord record);
}
