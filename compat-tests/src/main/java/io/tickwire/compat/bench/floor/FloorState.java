package io.tickwire.compat.bench.floor;

import io.tickwire.kafka.hot.TopicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;

/** Topics, and the fetches that wait. Its monitor is the broker's one lock. */
final class FloorState {
    private final Map<String, FloorTopic> byName = new LinkedHashMap<>();
    private final Map<Uuid, FloorTopic> byId = new LinkedHashMap<>();
    private final List<FloorFetch> waiting = new ArrayList<>();
    private long producers;

    synchronized Collection<FloorTopic> topics() {
        return List.copyOf(byName.values());
    }

    synchronized FloorTopic topic(String name) {
        return byName.get(name);
    }

    synchronized FloorTopic topic(Uuid id) {
        return byId.get(id);
    }

    FloorTopic find(TopicKey key) {
        return key.hasId()
                ? topic(new Uuid(key.idHigh(), key.idLow()))
                : topic(key.buffer().getStringWithoutLengthUtf8(key.nameOffset(), key.nameLength()));
    }

    /** Returns false when it is there. */
    synchronized boolean create(FloorTopic topic) {
        if (byName.putIfAbsent(topic.name(), topic) != null) {
            return false;
        }
        byId.put(topic.id(), topic);
        return true;
    }

    synchronized void delete(FloorTopic topic) {
        byName.remove(topic.name());
        byId.remove(topic.id());
    }

    synchronized long nextProducerId() {
        return producers++;
    }

    /** With the lock held: a partition has grown. The waiting fetches are answered here and now, on the producer's thread. */
    void appended(FloorPartition partition) {
        assert Thread.holdsLock(this);
        for (int i = waiting.size() - 1; i >= 0; i--) {
            FloorFetch fetch = waiting.get(i);
            if (fetch.reads(partition)) {
                waiting.remove(i);
                fetch.answer();
            }
        }
    }

    /** With the lock held. */
    void await(FloorFetch fetch) {
        assert Thread.holdsLock(this);
        waiting.add(fetch);
    }

    /** With the lock held: answers a fetch that waits, when it does. */
    void release(FloorFetch fetch) {
        assert Thread.holdsLock(this);
        if (waiting.remove(fetch)) {
            fetch.answer();
        }
    }

    /** With the lock held: a connection has ended. */
    void forget(FloorFetch fetch) {
        assert Thread.holdsLock(this);
        waiting.remove(fetch);
    }

    /** Answers the fetches whose time is over, for ever. */
    void expire() throws InterruptedException {
        while (true) {
            TimeUnit.MILLISECONDS.sleep(20);
            synchronized (this) {
                long nowNs = System.nanoTime();
                for (FloorFetch fetch : List.copyOf(waiting)) {
                    if (fetch.deadlineNs() - nowNs < 0) {
                        release(fetch);
                    }
                }
            }
        }
    }
}
