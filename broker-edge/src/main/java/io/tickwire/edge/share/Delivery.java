package io.tickwire.edge.share;

/**
 * How a record, or a run of records delivered together, stands (KIP-932):
 *
 * <pre>
 *                 acquire                 accept
 *   AVAILABLE --------------> ACQUIRED -----------> ACKNOWLEDGED
 *       ^                       |  |    reject, gap
 *       |    release, lock out  |  +--------------> ARCHIVED
 *       +-----------------------+                      ^
 *       |   log start moved, delivery limit, aborted   |
 *       +----------------------------------------------+
 * </pre>
 *
 * A change asked for by a member is in effect at once, but {@linkplain #isPending() pending} until it is written down; it can
 * be {@linkplain #rollback undone} until then.
 */
final class Delivery {
    /** May be delivered. Values are those of KIP-932's state records. */
    static final byte AVAILABLE = 0;
    /** Locked by a member. */
    static final byte ACQUIRED = 1;
    /** Processed. */
    static final byte ACKNOWLEDGED = 2;
    /** Not to be delivered any more. */
    static final byte ARCHIVED = 4;

    /** No member. */
    static final String NOBODY = "";

    private byte state;
    private int count;
    private String member;
    private long lockEndNs;
    private boolean pending;
    private boolean archivedMeanwhile;
    private byte stateBefore;
    private String memberBefore;

    private Delivery(byte state, int count, String member, long lockEndNs) {
        this.state = state;
        this.count = count;
        this.member = member;
        this.lockEndNs = lockEndNs;
    }

    static Delivery acquired(String member, long lockEndNs) {
        return new Delivery(ACQUIRED, 1, member, lockEndNs);
    }

    static Delivery of(byte state, int count) {
        return new Delivery(state, count, NOBODY, 0);
    }

    Delivery copy() {
        Delivery copy = new Delivery(state, count, member, lockEndNs);
        copy.pending = pending;
        copy.archivedMeanwhile = archivedMeanwhile;
        copy.stateBefore = stateBefore;
        copy.memberBefore = memberBefore;
        return copy;
    }

    byte state() {
        return state;
    }

    int count() {
        return count;
    }

    String member() {
        return member;
    }

    boolean isPending() {
        return pending;
    }

    boolean canBeAcquired() {
        return state == AVAILABLE && !pending;
    }

    /** Settled for good, as far as is known: a pending change may still be undone. */
    boolean isTerminal() {
        return isTerminal(state);
    }

    static boolean isTerminal(byte state) {
        return state == ACKNOWLEDGED || state == ARCHIVED;
    }

    /** End of the lock; meaningful while ACQUIRED. */
    long lockEndNs() {
        return lockEndNs;
    }

    boolean isLockOver(long nowNs) {
        return lockEndNs - nowNs <= 0;
    }

    void acquire(String newMember, long newLockEndNs) {
        assert canBeAcquired();
        state = ACQUIRED;
        count++;
        member = newMember;
        lockEndNs = newLockEndNs;
    }

    void renew(long newLockEndNs) {
        lockEndNs = newLockEndNs;
    }

    /** From ACQUIRED at once, nothing to undo: to AVAILABLE, or to ARCHIVED when it was delivered often enough. */
    void release(int deliveryLimit) {
        state = count >= deliveryLimit ? ARCHIVED : AVAILABLE;
        member = NOBODY;
    }

    void archive() {
        archivedMeanwhile = pending;
        state = ARCHIVED;
        member = NOBODY;
    }

    /** From ACQUIRED, pending; AVAILABLE becomes ARCHIVED when it was delivered often enough. */
    void begin(byte wanted, int deliveryLimit) {
        stateBefore = state;
        memberBefore = member;
        pending = true;
        state = wanted == AVAILABLE && count >= deliveryLimit ? ARCHIVED : wanted;
        member = NOBODY;
    }

    /** The pending change is written down. */
    void commit() {
        pending = false;
        archivedMeanwhile = false;
    }

    /** The pending change could not be written down: as before, less a lock that has run out meanwhile. */
    void rollback(int deliveryLimit, long nowNs) {
        pending = false;
        if (archivedMeanwhile) {
            archivedMeanwhile = false;
            return;
        }
        state = stateBefore;
        member = memberBefore;
        if (isLockOver(nowNs)) {
            release(deliveryLimit);
        }
    }
}
