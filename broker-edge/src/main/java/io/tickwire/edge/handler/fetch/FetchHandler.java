package io.tickwire.edge.handler.fetch;

import io.tickwire.edge.agent.Deadlines;
import io.tickwire.edge.agent.PartitionTable;
import io.tickwire.edge.agent.Shard;
import io.tickwire.edge.handler.Exchange;
import io.tickwire.edge.handler.HotHandler;
import io.tickwire.edge.handler.HotResponse;
import io.tickwire.edge.handler.HotResponsePool;
import io.tickwire.edge.metrics.LatencyHistogram;
import io.tickwire.edge.metrics.ShardStats;
import io.tickwire.edge.metrics.Stage;
import io.tickwire.kafka.frame.RequestHeaderFlyweight;
import io.tickwire.kafka.hot.FetchRequestDecoder;
import io.tickwire.kafka.hot.TopicKey;
import io.tickwire.kafka.primitive.KafkaErrors;
import io.tickwire.storage.log.Isolation;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.collections.Object2ObjectHashMap;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Fetch: sends batches from where the journal is mapped. A fetch that finds too little waits on its partitions and is
 * answered by the append that brings enough, on the same thread, or at its deadline. A fetch within an established session
 * allocates nothing.
 */
public final class FetchHandler implements HotHandler, Shard.ReadyWork {
    private static final int FINAL_EPOCH = -1;
    private static final int INITIAL_EPOCH = 0;
    private static final int NO_SESSION = 0;
    private static final byte READ_UNCOMMITTED = 0;
    private static final byte READ_COMMITTED = 1;

    private final PartitionTable partitions;
    private final HotResponsePool responses;
    private final Deadlines deadlines;
    private final int maxResponseBytes;
    private final FetchSessions sessions;
    private final LatencyHistogram latencies;
    private final LatencyHistogram wakeups;
    private final RequestHeaderFlyweight header = new RequestHeaderFlyweight();
    private final FetchRequestDecoder decoder = new FetchRequestDecoder();
    private final FetchResponses writer = new FetchResponses();
    private final ArrayDeque<PendingFetch> free = new ArrayDeque<>();
    private final ArrayDeque<PendingFetch> ready = new ArrayDeque<>();
    private final Object2ObjectHashMap<Exchange, PendingFetch> waiting = new Object2ObjectHashMap<>();

    /**
     * Makes the handler of one shard.
     *
     * @param maxResponseBytes fetch.max.bytes
     * @param maxSessions max.incremental.fetch.session.cache.slots
     * @param stats takes the time each answer took
     */
    public FetchHandler(
            PartitionTable partitions,
            HotResponsePool responses,
            Deadlines deadlines,
            int maxResponseBytes,
            int maxSessions,
            ShardStats stats) {
        latencies = stats.of(Stage.FETCH);
        wakeups = stats.of(Stage.FETCH_WAKEUP);
        this.partitions = partitions;
        this.responses = responses;
        this.deadlines = deadlines;
        this.maxResponseBytes = maxResponseBytes;
        // KIP-227: min.incremental.fetch.session.eviction.ms is fixed at two minutes.
        sessions = new FetchSessions(maxSessions, 120_000_000_000L);
    }

    @Override
    public boolean isLongPoll() {
        return true;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.FETCH;
    }

    @Override
    public void handle(Exchange exchange, DirectBuffer frame, int offset, int length, long nowNs) {
        if (header.wrap(frame, offset, length) != RequestHeaderFlyweight.OK
                || !decoder.wrap(frame, header.bodyOffset(), header.bodyLength(), exchange.apiVersion())) {
            exchange.fail("malformed Fetch request");
            return;
        }
        PendingFetch fetch = free.isEmpty() ? new PendingFetch(this) : free.pop();
        long maxBytes = Math.min(
                Math.min(decoder.maxBytes(), maxResponseBytes), exchange.quota().largestFetch());
        fetch.begin(
                exchange,
                responses.acquire(),
                decoder.isolationLevel() == READ_COMMITTED ? Isolation.COMMITTED : Isolation.UNCOMMITTED,
                Math.min(decoder.minBytes(), maxBytes),
                maxBytes);
        try {
            serve(fetch, nowNs);
        } catch (RuntimeException | InternalError e) {
            if (fetch.exchange() != null && !waiting.containsKey(exchange)) {
                cancel(fetch);
            }
            throw e;
        }
    }

    private void serve(PendingFetch fetch, long nowNs) {
        short error = openContext(fetch, nowNs);
        if (error != KafkaErrors.NONE) {
            writer.error(fetch, error);
            finish(fetch);
        } else if (!isKnown(decoder.isolationLevel()) && fetch.isAnyServed(partitions)) {
            // As Kafka, which looks at the level only where there is something to read.
            forgetNewSession(fetch);
            writer.refuse(fetch, decoder, KafkaErrors.UNKNOWN_SERVER_ERROR);
            finish(fetch);
        } else if (fetch.read(partitions) || decoder.maxWaitMs() <= 0) {
            answer(fetch);
            latencies.record(System.nanoTime() - nowNs);
        } else {
            waiting.put(fetch.exchange(), fetch);
            fetch.park(partitions, deadlines, nowNs + decoder.maxWaitMs() * 1_000_000L);
        }
    }

    /** Finds the partitions to read: the request's own, or those of its session, which it may change. */
    private short openContext(PendingFetch fetch, long nowNs) {
        int epoch = decoder.sessionEpoch();
        if (epoch != FINAL_EPOCH && epoch != INITIAL_EPOCH) {
            return openIncremental(fetch, nowNs);
        }
        if (decoder.sessionId() != NO_SESSION) {
            drop(decoder.sessionId(), nowNs);
        }
        boolean byId = usesIds();
        FetchSession session =
                epoch == INITIAL_EPOCH && decoder.totalPartitionCount() > 0 ? sessions.create(byId, nowNs) : null;
        if (session != null) {
            session.apply(decoder, partitions);
            fetch.use(session, false);
            return KafkaErrors.NONE;
        }
        decoder.rewind();
        while (decoder.nextTopic()) {
            PartitionTable.Topic topic = find(partitions, decoder.topic());
            while (decoder.nextPartition()) {
                fetch.addOwn().ask(decoder.topic(), topic, decoder.partition());
            }
        }
        return KafkaErrors.NONE;
    }

    private short openIncremental(PendingFetch fetch, long nowNs) {
        FetchSession session = sessions.use(decoder.sessionId(), nowNs);
        if (session == null) {
            return KafkaErrors.FETCH_SESSION_ID_NOT_FOUND;
        }
        if (session.epoch() != decoder.sessionEpoch() || session.inUse() != null) {
            return KafkaErrors.INVALID_FETCH_SESSION_EPOCH;
        }
        if (session.isById() != usesIds()) {
            return KafkaErrors.FETCH_SESSION_TOPIC_ID_ERROR;
        }
        if (decoder.topicCount() > 0 || decoder.forgottenCount() > 0) {
            session.apply(decoder, partitions);
        }
        if (session.isEmpty()) {
            // As Kafka: a session of nothing is over, and this fetch is answered without one.
            sessions.remove(session.id());
            return KafkaErrors.NONE;
        }
        session.nextEpoch();
        fetch.use(session, true);
        return KafkaErrors.NONE;
    }

    private boolean usesIds() {
        return header.apiVersion() >= 13;
    }

    private void drop(int sessionId, long nowNs) {
        FetchSession session = sessions.use(sessionId, nowNs);
        if (session != null && session.inUse() == null) {
            sessions.remove(sessionId);
        }
    }

    static PartitionTable.Topic find(PartitionTable partitions, TopicKey key) {
        return key.hasId()
                ? partitions.byId(key.idHigh(), key.idLow())
                : partitions.byName(key.buffer(), key.nameOffset(), key.nameLength());
    }

    void ready(PendingFetch fetch) {
        ready.add(fetch);
    }

    @Override
    public int run(long nowNs) {
        int count = ready.size();
        for (int i = 0; i < count; i++) {
            PendingFetch fetch = ready.poll();
            if (fetch.takeReady() && lookAgain(fetch, false)) {
                wakeups.record(System.nanoTime() - nowNs);
            }
        }
        return count;
    }

    /** A parked fetch has waited long enough: it is answered with what there is. */
    void expired(PendingFetch fetch) {
        boolean _ = lookAgain(fetch, true);
    }

    /** Answers a parked fetch when it has enough, or when its time is over; whether it was answered. */
    private boolean lookAgain(PendingFetch fetch, boolean isOver) {
        Exchange exchange = fetch.exchange();
        try {
            boolean due = fetch.read(partitions) || isOver;
            if (due) {
                write(fetch);
                fetch.unpark(deadlines);
                waiting.remove(exchange);
                finish(fetch);
            }
            return due;
        } catch (RuntimeException | InternalError e) {
            // Ends its connection, which cancels the fetch; the others go on.
            exchange.fail(e);
            return false;
        }
    }

    private void answer(PendingFetch fetch) {
        write(fetch);
        finish(fetch);
    }

    private void write(PendingFetch fetch) {
        int throttleMs = writer.write(fetch);
        fetch.exchange().throttle(throttleMs);
        if (throttleMs > 0) {
            forgetNewSession(fetch);
        }
    }

    /** As Kafka: the client is not told of the session, and asks for another. */
    private void forgetNewSession(PendingFetch fetch) {
        if (fetch.session() != null && !fetch.isIncremental()) {
            sessions.remove(fetch.session().id());
        }
    }

    private static boolean isKnown(byte isolationLevel) {
        return isolationLevel == READ_UNCOMMITTED || isolationLevel == READ_COMMITTED;
    }

    private void finish(PendingFetch fetch) {
        Exchange exchange = fetch.exchange();
        HotResponse response = fetch.response();
        recycle(fetch);
        exchange.respond(response);
    }

    @Override
    public void cancelled(Exchange exchange) {
        PendingFetch fetch = waiting.remove(exchange);
        if (fetch != null) {
            cancel(fetch);
        }
    }

    private void cancel(PendingFetch fetch) {
        fetch.unpark(deadlines);
        fetch.response().release();
        recycle(fetch);
    }

    private void recycle(PendingFetch fetch) {
        fetch.end();
        free.push(fetch);
    }

    /** Sessions in the cache. */
    public int sessionCount() {
        return sessions.size();
    }

    /** Sessions that gave way to others. */
    public long sessionsEvicted() {
        return sessions.evicted();
    }

    /** Sessions that found no room. */
    public long sessionsRefused() {
        return sessions.refused();
    }

    /** Fetches that wait. */
    public int waiting() {
        return waiting.size();
    }
}
