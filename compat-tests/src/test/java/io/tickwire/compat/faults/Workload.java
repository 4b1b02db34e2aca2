package io.tickwire.compat.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Many clients, each on a thread of its own, which go on until told to stop; then what is left is read. */
final class Workload {

    static final TopicPartition COMMITTED_PARTITION = new TopicPartition("log", 0);

    private static final int APPENDERS = 3;
    private static final int TRANSACTIONAL = 3;
    private static final int COMMITTERS = 2;
    private static final int JOIN_TIMEOUT_S = 120;
    private static final int PROGRESS_TIMEOUT_S = 120;

    /** What every client is given. */
    record Context(String bootstrap, History history, AtomicInteger kills, AtomicInteger stopping) {

        boolean isStopping() {
            return stopping.get() != 0;
        }
    }

    private final Context context;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();
    private final List<String> transactionalIds = new ArrayList<>();

    Workload(String bootstrap, History history, AtomicInteger kills) {
        this.context = new Context(bootstrap, history, kills, new AtomicInteger());
    }

    static List<TopicPartition> logPartitions() {
        return List.of(COMMITTED_PARTITION, new TopicPartition("log", 1), new TopicPartition("log", 2));
    }

    static List<TopicPartition> transactionPartitions() {
        return List.of(new TopicPartition("tx", 0), new TopicPartition("tx", 1));
    }

    static List<TopicPartition> allPartitions() {
        List<TopicPartition> all = new ArrayList<>(logPartitions());
        all.addAll(transactionPartitions());
        return all;
    }

    void start(long seed) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", context.bootstrap()))) {
            admin.createTopics(List.of(
                            new NewTopic("log", logPartitions().size(), (short) 1),
                            new NewTopic("tx", transactionPartitions().size(), (short) 1)))
                    .all()
                    .get();
        }
        Random seeds = new Random(seed);
        for (int i = 0; i < APPENDERS; i++) {
            run("append" + i, new AppendClient(context, "a" + i, new Random(seeds.nextLong())));
        }
        for (int i = 0; i < TRANSACTIONAL; i++) {
            transactionalIds.add("t" + i);
            run("transaction" + i, new TransactionClient(context, "t" + i, new Random(seeds.nextLong())));
        }
        for (int i = 0; i < COMMITTERS; i++) {
            groups.add("g" + i);
            run("commit" + i, new CommitClient(context, "g" + i, new Random(seeds.nextLong())));
        }
        for (IsolationLevel isolation : IsolationLevel.values()) {
            run("read " + isolation, new ReadClient(context, isolation, new Random(seeds.nextLong())));
        }
    }

    private void run(String name, Runnable client) {
        threads.add(Thread.ofPlatform().name(name).daemon().start(client));
    }

    /** Waits until every kind of client has got something done again: a broker that is left alone serves. */
    void awaitProgress() throws InterruptedException {
        Map<String, Long> before = context.history().done();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROGRESS_TIMEOUT_S);
        while (true) {
            Map<String, Long> now = context.history().done();
            if (now.entrySet().stream().allMatch(kind -> kind.getValue() > before.get(kind.getKey()))) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                context.history()
                        .anomaly(new Anomaly(
                                Anomaly.Kind.STUCK,
                                "within " + PROGRESS_TIMEOUT_S + " s after the last fault: " + now + ", at it: "
                                        + before));
                return;
            }
            Thread.sleep(100);
        }
    }

    /** Lets every client end what it does, and reads what there is in the end; {@code mayLag} as in {@link FinalState}. */
    void finish(boolean mayLag) throws Exception {
        context.stopping().set(1);
        for (Thread thread : threads) {
            if (!thread.join(java.time.Duration.ofSeconds(JOIN_TIMEOUT_S))) {
                context.history().anomaly(new Anomaly(Anomaly.Kind.STUCK, "client " + thread.getName()));
            }
        }
        List<String> everyGroup = new ArrayList<>(groups);
        everyGroup.addAll(transactionalIds);
        new FinalState(context, everyGroup, mayLag).read();
    }

    /** Waits so long, or until the clients are to stop. */
    static void pause(Context context, int millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!context.isStopping() && System.nanoTime() - deadline < 0) {
            try {
                Thread.sleep(Math.min(millis, 20));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
