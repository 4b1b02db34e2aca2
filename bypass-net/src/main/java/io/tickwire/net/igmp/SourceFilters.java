package io.tickwire.net.igmp;

/** Which multicast datagrams are wanted. */
public interface SourceFilters {

    /** True if someone has joined the group at all. */
    boolean isMember(int group);

    /** True if someone has joined the group for any source or for this one. */
    boolean accepts(int group, int source);
}
