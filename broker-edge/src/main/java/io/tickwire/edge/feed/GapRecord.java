package io.tickwire.edge.feed;

/**
 * Messages of a feed that are missing from its topic.
 *
 * @param feed name in the configuration.
 * @param session of the feed.
 * @param firstSequence first missing.
 * @param count how many.
 * @param cause why.
 * @param detectedEpochNs receive time of the datagram that showed it.
 */
public record GapRecord(
        String feed, String session, long firstSequence, long count, FeedEvents.GapCause cause, long detectedEpochNs) {}
