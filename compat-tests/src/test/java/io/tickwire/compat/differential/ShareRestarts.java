package io.tickwire.compat.differential;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;

/** A share group over a broker that is killed and then stopped: what was written down holds. */
final class ShareRestarts {
    private static final int ACCEPT = 1;
    private static final int RELEASE = 2;
    private static final int REJECT = 3;

    private ShareRestarts() {}

    static List<RestartCase> cases() {
        return List.of(new RestartCase("share state", ShareRestarts::state));
    }

    private static void state(Probe probe, Restarts broker) throws Exception {
        probe.createTopic(1, Map.of());
        ShareSteps.configure(probe, Map.of("share.auto.offset.reset", "earliest", "share.delivery.count.limit", "4"));
        ShareWire.produce(probe, 0, 4, 3, 3);
        ShareWire first = ShareWire.joined(probe, 2);
        first.openIdle(0);
        probe.saw("acquired", first.fetchSomething());
        probe.saw("settled", first.acknowledge(0, 4, ACCEPT, ACCEPT, REJECT, RELEASE, ACCEPT));
        probe.saw("offset", offset(probe));

        broker.killed();
        ShareWire second = ShareWire.joined(probe, 2);
        second.openIdle(0);
        probe.saw("after the kill", second.fetchSomething());
        probe.saw("settled", second.acknowledge(3, 3, RELEASE));
        probe.saw("settled", second.acknowledge(5, 7, ACCEPT));
        probe.saw("settled", second.acknowledge(8, 9, RELEASE));

        broker.stopped();
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
