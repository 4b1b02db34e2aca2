package io.tickwire.compat.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tickwire.compat.report.CompatReport;
import io.tickwire.compat.target.RepositoryRoot;
import io.tickwire.compat.target.Target;
import io.tickwire.compat.target.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that nobody here wrote do what they can do with Kafka. Which features of which client are tried is the table of
 * {@code compat-tests/docs/clients.md}, a list that only grows: a feature in it must work on both brokers, and a feature that
 * works must be in it.
 */
class ClientMatrixIT {

    private static final long TIMEOUT_S = 400;
    private static final String OK = "ok";

    @TempDir
    static Path directory;

    @TestFactory
    Stream<DynamicTest> clients() throws IOException {
        Map<String, List<String>> expected = table();
        List<Clients.Client> clients = Clients.all();
        assertEquals(
                expected.keySet().stream().sorted().toList(),
                clients.stream().map(Clients.Client::name).sorted().toList(),
                "clients in the table and here");
        return clients.stream()
                .map(client ->
                        DynamicTest.dynamicTest(client.name(), () -> check(client, expected.get(client.name()))));
    }

    /** Reads the table: the client's name, then its features, separated by commas. */
    private static Map<String, List<String>> table() throws IOException {
        Map<String, List<String>> rows = new TreeMap<>();
        for (String line : Files.readAllLines(RepositoryRoot.find().resolve("compat-tests/docs/clients.md"))) {
            String[] cells = line.split("\\|");
            if (cells.length == 3 && cells[1].contains("`")) {
                rows.put(
                        cells[1].replace("`", "").strip(),
                        Stream.of(cells[2].split(";")).map(String::strip).toList());
            }
        }
        return rows;
    }

    private static void check(Clients.Client client, List<String> expected) {
        if (client.missing() != null) {
            if (Targets.isContinuousIntegration() && !client.isOnDemand()) {
                fail(client.missing());
            }
            abort(client.missing());
        }
        List<Target> targets = List.of(Targets.reference(), Targets.subject());
        List<CompletableFuture<Map<String, String>>> runs = targets.stream()
                .map(target -> CompletableFuture.supplyAsync(() -> run(client, target)))
                .toList();
        Map<String, String> wrong = new LinkedHashMap<>();
        for (int i = 0; i < targets.size(); i++) {
            String target = targets.get(i).name();
            Map<String, String> outcomes = runs.get(i).join();
            outcomes.forEach((feature, outcome) -> {
                CompatReport.note(client.name(), feature, target, outcome.equals(OK));
                if (!outcome.equals(OK)) {
                    wrong.put(feature + " on " + target, outcome);
                }
            });
            assertTrue(
                    expected.equals(List.copyOf(outcomes.keySet())) || !wrong.isEmpty(),
                    client.name() + " on " + target + " ran " + outcomes.keySet() + ", the table has " + expected);
        }
        assertTrue(wrong.isEmpty(), () -> client.name() + ": " + wrong);
    }

    /** Runs a client's program; the outcome of each feature, in its order. */
    private static Map<String, String> run(Clients.Client client, Target target) {
        Path output = directory.resolve(target.name() + client.name().replaceAll("[^a-z0-9]", "") + ".log");
        List<String> command = new ArrayList<>(client.command());
        command.add(target.bootstrap());
        command.add(client.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"));
        Map<String, String> outcomes = new LinkedHashMap<>();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(
                            directory.resolve(output.getFileName() + ".err").toFile())
                    .start();
            if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                outcomes.put("end", "not within " + TIMEOUT_S + " s");
            } else if (process.exitValue() != 0) {
                outcomes.put(
                        "end",
                        "status " + process.exitValue() + ": "
                                + Files.readString(directory.resolve(output.getFileName() + ".err")));
            }
            for (String line : Files.readAllLines(output)) {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    outcomes.put(line.substring(0, colon), line.substring(colon + 2));
                }
            }
        } catch (IOException e) {
            outcomes.put("start", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcomes.put("end", e.toString());
        }
        return outcomes;
    }
}
