package io.tickwire.compat.wire;

import static org.junit.jupiter.api.Assertions.fail;

import io.tickwire.compat.report.CaseResult;
import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.report.KnownDifferences;
import io.tickwire.compat.report.Lines;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every key at every version, with bodies made from the schema: each broker's answer, field by field. */
class GenericExchangeIT {

    private static final int TIMEOUT_MS = 1_500;
    private static final AllowedDifferences ALLOWED = AllowedDifferences.load();

    @TestFactory
    Stream<DynamicTest> everyVersion() {
        List<DynamicTest> tests = new ArrayList<>();
        for (GenericRequests.Filling filling : GenericRequests.Filling.values()) {
            for (ApiKeys key : keys()) {
                tests.add(DynamicTest.dynamicTest(key + " " + filling, () -> exchangeAll(key, filling)));
            }
        }
        return tests.stream();
    }

    private static List<ApiKeys> keys() {
        return ApiKeys.apisForListener(ListenerType.BROKER).stream().sorted().toList();
    }

    private static void exchangeAll(ApiKeys key, GenericRequests.Filling filling) {
        List<Exchange> exchanges = new ArrayList<>();
        for (short version = key.oldestVersion(); version <= key.latestVersion(true); version++) {
            byte[] body = GenericRequests.body(WireFormat.requestSchemas(key)[version], filling);
            exchanges.add(Exchange.of("v" + version, key, version, body));
        }
        compare("wire generic " + filling, key.toString(), exchanges);
    }

    @TestFactory
    Stream<DynamicTest> broken() {
        return keys().stream().map(key -> DynamicTest.dynamicTest(key + " broken", () -> exchangeBroken(key)));
    }

    private static void exchangeBroken(ApiKeys key) {
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
        compare("wire broken", key.toString(), exchanges);
    }

    static void compare(String suite, String name, List<Exchange> exchanges) {
        List<String> differences = new ArrayList<>();
        Target reference = Targets.reference();
        Target subject = Targets.subject();
        long[] elapsedNs = new long[2];
        try (RawConnection expected = new RawConnection(reference);
                RawConnection actual = new RawConnection(subject)) {
            for (Exchange exchange : exchanges) {
                // Nothing answers a produce that asks for no acknowledgement.
                int timeoutMs = exchange.key() == ApiKeys.PRODUCE ? TIMEOUT_MS / 5 : TIMEOUT_MS;
                long start = System.nanoTime();
                List<String> left = exchange.run(reference, expected, timeoutMs, ALLOWED);
                long between = System.nanoTime();
                List<String> right = exchange.run(subject, actual, timeoutMs, ALLOWED);
                elapsedNs[0] += between - start;
                elapsedNs[1] += System.nanoTime() - between;
                for (String line : Lines.differences(left, right)) {
                    differences.add(exchange.name() + " " + line);
                }
            }
        }
        CompatReport.add(new CaseResult(
                suite,
                name,
                reference.name(),
                subject.name(),
                elapsedNs[0] / 1_000_000,
                elapsedNs[1] / 1_000_000,
                differences));
        if (!differences.isEmpty() && !KnownDifferences.contains(suite, name)) {
            fail("seen on " + reference.name() + " (-) and " + subject.name() + " (+):\n"
                    + String.join("\n", differences));
        }
    }
}
