package io.tickwire.edge.feed.replay;

/** When the messages of a source are due, ns after the start: an open loop, never slowed by what came before. */
public sealed interface Pace {
    /** So many messages a second, evenly. */
    record Rate(double messagesPerSecond) implements Pace {
        public Rate {
            if (!(messagesPerSecond > 0)) {
                throw new IllegalArgumentException("rate " + messagesPerSecond + " messages/s, must be above 0");
            }
        }
    }

    /** As recorded. */
    record Recorded() implements Pace {}

    /** All at once. */
    record Unlimited() implements Pace {}

    /** Due time of the message with this index and recorded time, ns after the first. */
    default long dueNs(final long index, final long sinceFirstNs) {
        return switch (this) {
            case Rate rate -> (long) (index * 1e9 / rate.messagesPerSecond());
            case Recorded _ -> sinceFirstNs;
            case Unlimited _ -> 0;
        };
    }
}
