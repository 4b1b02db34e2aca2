package io.tickwire.compat.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.compat.report.KnownDifferences;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import io.tickwire.compat.wire.WireCoverage.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.common.message.InitProducerIdRequestData;
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
            for (ApiKeys key : WireCoverage.keys()) {
                for (short version = firstVersion(key); version <= key.latestVersion(true); version++) {
                    byte[] body = GenericRequests.body(WireFormat.requestSchemas(key)[version], filling);
                    WireCoverage.note(key, version, filling.form());
                    tests.add(WireComparison.test(
                            "wire generic " + filling,
                            key + " v" + version,
                            List.of(Exchange.of("answer", key, version, body))));
                }
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
        List<Script.Await> awaited = new ArrayList<>(Script.coordinators());
        awaited.add(new Script.Await(
                "producer id",
                ApiKeys.INIT_PRODUCER_ID,
                (short) 0,
                target -> new InitProducerIdRequestData().setTransactionalId(null),
                seen -> !WireFormat.tellsOfError(seen)));
        for (Target target : List.of(Targets.reference(), Targets.subject())) {
            try (RawConnection connection = new RawConnection(target, false)) {
                awaited.forEach(step -> step.run(target, connection));
            }
        }
    }

    /** Every key at versions that there are not, and at each that there is with a body that is too short. */
    @TestFactory
    Stream<DynamicTest> broken() {
        RUN.add(Suite.BROKEN);
        return WireCoverage.keys().stream()
                .map(key -> WireComparison.test("wire broken", key.toString(), brokenExchanges(key)));
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
        for (short version = key.oldestVersion(); version <= latest; version++) {
            WireCoverage.note(key, version, Form.VERSION);
            byte[] whole = GenericRequests.body(WireFormat.requestSchemas(key)[version], GenericRequests.Filling.SOME);
            for (int cut : new TreeSet<>(List.of(1, whole.length / 2, whole.length))) {
                if (cut > 0 && cut <= whole.length) {
                    WireCoverage.note(key, version, Form.HALF);
                    exchanges.add(Exchange.of(
                            "v" + version + " cut by " + cut, key, version, Arrays.copyOf(whole, whole.length - cut)));
                }
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
            assertEquals(List.of(), WireCoverage.gaps(), "requests that no case has");
            WireCoverage.assertDocumented();
            assertEquals(List.of(), WireComparison.ALLOWED.unused(), "fields of FINDINGS.md that no answer has now");
        }
    }
}
