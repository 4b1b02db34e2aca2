package io.tickwire.storage.log;

/** Holds a reservation of a log over several calls, which others may not append within. */
@FunctionalInterface
public interface ClaimHolder {
    /**
     * Somebody else is about to append, or the log closes: commit or abort now. Called on the owner's thread; must not throw.
     */
    void endClaim();
}
