package io.tickwire.net.igmp;

/** What the interface wants of one group, and what is still to be told. RFC 9776 §3.2, §5. */
final class GroupState {
    final int group;
    final int[] sources;
    final int[] references;
    final int[] repeats;
    final boolean[] queried;
    int sourceCount;
    int anyReferences;
    /** State-change reports still to be sent that carry the filter mode. */
    int modeRepeats;

    boolean wasExclude;
    long repeatAtNs;
    boolean repeatPending;
    boolean responsePending;
    boolean responseForSources;
    long responseAtNs;
    /** Version 1 and 2: we were the last to report, so a leave is due. */
    boolean lastReporter;

    GroupState(int group, int maxSources) {
        this.group = group;
        sources = new int[maxSources];
        references = new int[maxSources];
        repeats = new int[maxSources];
        queried = new boolean[maxSources];
    }

    /** Filter mode EXCLUDE with an empty list: any source is wanted. */
    boolean isExclude() {
        return anyReferences > 0;
    }

    boolean isWanted() {
        if (anyReferences > 0) {
            return true;
        }
        for (int i = 0; i < sourceCount; i++) {
            if (references[i] > 0) {
                return true;
            }
        }
        return false;
    }

    boolean accepts(int source) {
        if (anyReferences > 0) {
            return true;
        }
        final int index = find(source);
        return index >= 0 && references[index] > 0;
    }

    int find(int source) {
        for (int i = 0; i < sourceCount; i++) {
            if (sources[i] == source) {
                return i;
            }
        }
        return -1;
    }

    /** Index of a source, added if need be; -1 if there are too many. */
    int findOrAdd(int source) {
        final int index = find(source);
        if (index >= 0) {
            return index;
        }
        if (sourceCount == sources.length) {
            return -1;
        }
        sources[sourceCount] = source;
        references[sourceCount] = 0;
        repeats[sourceCount] = 0;
        queried[sourceCount] = false;
        return sourceCount++;
    }

    /** Forgets sources that nobody wants and of which nothing is left to tell. */
    void compact() {
        int kept = 0;
        for (int i = 0; i < sourceCount; i++) {
            if (references[i] > 0 || repeats[i] > 0) {
                sources[kept] = sources[i];
                references[kept] = references[i];
                repeats[kept] = repeats[i];
                queried[kept] = queried[i];
                kept++;
            }
        }
        sourceCount = kept;
    }

    boolean hasRepeats() {
        if (modeRepeats > 0) {
            return true;
        }
        for (int i = 0; i < sourceCount; i++) {
            if (repeats[i] > 0) {
                return true;
            }
        }
        return false;
    }

    void clearQueried() {
        java.util.Arrays.fill(queried, 0, sourceCount, false);
        responseForSources = false;
    }
}
