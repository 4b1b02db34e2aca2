package io.tickwire.net.device;

/** What one direction of an {@link ImpairedDevice} has done so far. */
public final class ImpairmentCounters {
    /** Frames that entered. */
    public long frames;

    public long lost;
    public long duplicated;
    public long corrupted;
    public long reordered;
    /** Dropped as the path held its limit. */
    public long overLimit;
    /** Copies for duplication or corruption that found no free frame; a frame to be corrupted is then lost. */
    public long notCopied;
}
