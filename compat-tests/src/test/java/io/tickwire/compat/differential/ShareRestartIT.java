package io.tickwire.compat.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.FaultyTarget;
import io.tickwire.compat.target.KafkaProcess;
import io.tickwire.compat.target.TickwireProcess;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.junit.jupiter.api.Test;

/** A share group over a broker that is killed, and one that is stopped: what was written down holds, and on Kafka the same. */
class ShareRestartIT {
    private static final int ACCEPT = 1;
    private static final int RELEASE = 2;
    private static final int REJECT = 3;

    @Test
    void stateSurvivesKillAndRestart() throws Exception {
        CompletableFuture<List<String>> kafka = seen(() -> KafkaProcess.start(BrokerSettings.small()));
        CompletableFuture<List<String>> tickwire = seen(() -> TickwireProcess.start(BrokerSettings.small(), Map.of()));
        assertEquals(String.join("\n", kafka.get()), String.join("\n", tickwire.get()));
    }

    private static CompletableFuture<List<String>> seen(Supplier<FaultyTarget> start) {
        return CompletableFuture.supplyAsync(() -> {
            try (FaultyTarget target = start.get();
                    Probe probe = new Probe(target, "share restart")) {
                run(target, probe);
                return probe.lines();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void run(FaultyTarget target, Probe probe) throws Exception {
        probe.createTopic(1, Map.of());
        ShareCasesIT.configure(probe, Map.of("share.auto.offset.reset", "earliest", "share.delivery.count.limit", "4"));
        ShareWire.produce(probe, 0, 4, 3, 3);
        ShareWire first = ShareWire.joined(probe, 2);
        first.openIdle(0);
        probe.saw("acquired", first.fetchSomething());
        probe.saw("settled", first.acknowledge(0, 4, ACCEPT, ACCEPT, REJECT, RELEASE, ACCEPT));
        probe.saw("offset", offset(probe));

        target.kill();
        target.restart();
        ShareWire second = ShareWire.joined(probe, 2);
        second.openIdle(0);
        probe.saw("after the kill", second.fetchSomething());
        probe.saw("settled", second.acknowledge(3, 3, RELEASE));
        probe.saw("settled", second.acknowledge(5, 7, ACCEPT));
        probe.saw("settled", second.acknowledge(8, 9, RELEASE));

        target.stop();
        target.restart();
        ShareWire third = ShareWire.joined(probe, 2);
        third.openIdle(0);
        probe.saw("after the restart", third.fetchSomething());
        probe.saw("settled", third.acknowledge(3, 3, RELEASE));
        probe.saw("the last delivery", third.fetchSomething());
        probe.saw("settled", third.acknowledge(3, 3, RELEASE));
        probe.saw("the others", third.fetchSomething());
        probe.saw("settled", third.acknowledge(8, 9, ACCEPT));
        probe.saw("nothing left", third.fetch());
        probe.saw("offset", offset(probe));
        ShareWire.produce(probe, 0, 1);
        probe.saw("new", third.fetchSomething());
    }

    private static String offset(Probe probe) throws Exception {
        String group = probe.name("share");
        var offset = Probe.get(probe.admin()
                        .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo(group))
                .get(probe.partition(0));
        return offset.startOffset() + " lag " + offset.lag();
    }
}
