package io.tickwire.compat.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.report.KnownDifferences;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Isolated;

/** The same bytes to both brokers: each answer field by field, and how each connection ends. */
@Isolated("lists of configurations, quotas and groups change while other suites run")
class WireDifferentialIT {

    private enum Suite {
        EVERY_VERSION,
        BROKEN,
        SCRIPTS,
        FRAMES
    }

    private static final Set<Suite> RUN = EnumSet.noneOf(Suite.class);

    /** Every key at every version, with bodies made from the schema. */
    @TestFactory
    Stream<DynamicTest> everyVersion() {
        RUN.add(Suite.EVERY_VERSION);
        List<DynamicTest> tests = new ArrayList<>();
        for (GenericRequests.Filling filling : GenericRequests.Filling.values()) {
            for (ApiKeys key : keys()) {
                List<Exchange> exchanges = new ArrayList<>();
                for (short version = firstVersion(key); version <= key.latestVersion(true); version++) {
                    byte[] body = GenericRequests.body(WireFormat.requestSchemas(key)[version], filling);
                    exchanges.add(Exchange.of("v" + version, key, version, body));
                }
                tests.add(WireComparison.test("wire generic " + filling, key.toString(), exchanges));
            }
        }
        return tests.stream();
    }

    /** Metadata before version 4 makes the topics it asks for, which takes its own time; scripts ask it for others. */
    private static short firstVersion(ApiKeys key) {
        return key == ApiKeys.METADATA ? WireScripts.FIRST_METADATA_WITHOUT_CREATION : key.oldestVersion();
    }

    /**
     * What a broker makes when it is first asked for is there before the first case: the first block of producer ids, and the
     * coordinators' topics.
     */
    @BeforeAll
    static void warmUp() {
        byte[] body = GenericRequests.body(
                WireFormat.requestSchemas(ApiKeys.INIT_PRODUCER_ID)[0], GenericRequests.Filling.NULLS);
        List<Script.Await> awaited = new ArrayList<>(Script.coordinators());
        awaited.add(new Script.Await(Exchange.of("producer id", ApiKeys.INIT_PRODUCER_ID, (short) 0, body)));
        for (Target target : List.of(Targets.reference(), Targets.subject())) {
            try (RawConnection connection = new RawConnection(target)) {
                awaited.forEach(step -> step.run(target, connection));
            }
        }
    }

    private static List<ApiKeys> keys() {
        return ApiKeys.apisForListener(ListenerType.BROKER).stream().sorted().toList();
    }

    /** Every key at versions that there are not, and with a body that is too short. */
    @TestFactory
    Stream<DynamicTest> broken() {
        RUN.add(Suite.BROKEN);
        return keys().stream().map(key -> WireComparison.test("wire broken", key.toString(), brokenExchanges(key)));
    }

    private static List<Exchange> brokenExchanges(ApiKeys key) {
        short latest = key.latestVersion(true);
        List<Exchange> exchanges = new ArrayList<>();
        byte[] body = GenericRequests.body(WireFormat.requestSchemas(key)[latest], GenericRequests.Filling.SOME);
        exchanges.add(Exchange.of("version after the last", key, (short) (latest + 1), body));
        exchanges.add(Exchange.of("version -1", key, (short) -1, body));
        exchanges.add(Exchange.of("version 32767", key, Short.MAX_VALUE, body));
        if (key.oldestVersion() > 0) {
            exchanges.add(Exchange.of("version before the first", key, (short) (key.oldestVersion() - 1), body));
        }
        for (int cut : new int[] {1, body.length / 2, body.length}) {
            if (cut > 0 && cut <= body.length) {
                exchanges.add(Exchange.of("cut by " + cut, key, latest, Arrays.copyOf(body, body.length - cut)));
            }
        }
        return exchanges;
    }

    /** Requests that mean something, valid and not, in order and out of it. */
    @TestFactory
    Stream<DynamicTest> scripts() {
        RUN.add(Suite.SCRIPTS);
        return WireScripts.tests();
    }

    /** Bytes that are no requests, or not whole ones, or several at once. */
    @TestFactory
    Stream<DynamicTest> frames() {
        RUN.add(Suite.FRAMES);
        return FrameScripts.tests();
    }

    @AfterAll
    static void everyRowOfFindingsIsNeeded() {
        KnownDifferences.assertNoneStale();
        if (RUN.size() == Suite.values().length) {
            assertEquals(
                    List.of(), WireComparison.ALLOWED.unused(), "fields of FINDINGS.md in which nothing differs now");
        }
    }
}
