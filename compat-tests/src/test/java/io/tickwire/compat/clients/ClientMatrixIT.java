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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that nobody here wrote do what they can do with Kafka. Which features of which client work on which target is the
 * matrix of {@code compat-tests/docs/clients.md}, which only grows: what is in it must work, and what works must be in it.
 */
class ClientMatrixIT {

    private static final long TIMEOUT_S = 400;
    private static final String OK = "ok";

    @TempDir
    static Path directory;

    @TestFactory
    Stream<DynamicTest> clients() throws IOException {
        Map<String, Map<String, String>> expected = matrix();
        List<Clients.Client> clients = Clients.all();
        assertEquals(
                expected.keySet().stream().sorted().toList(),
                clients.stream().map(Clients.Client::name).sorted().toList(),
                "clients in the matrix and here");
        return clients.stream()
                .map(client ->
                        DynamicTest.dynamicTest(client.name(), () -> check(client, expected.get(client.name()))));
    }

    /** Reads the matrix: by client, the letters of the targets on which a feature works, by feature. */
    private static Map<String, Map<String, String>> matrix() throws IOException {
        Map<String, Map<String, String>> rows = new TreeMap<>();
        String[] features = {};
        for (String line : Files.readAllLines(RepositoryRoot.find().resolve("compat-tests/docs/clients.md"))) {
            String[] cells = line.split("\\|");
            if (line.startsWith("| client |")) {
                features = cells;
            } else if (features.length > 0 && cells.length > 1 && cells[1].contains("`")) {
                Map<String, String> row = new TreeMap<>();
                for (int i = 2; i < cells.length; i++) {
                    row.put(features[i].strip(), cells[i].strip());
                }
                rows.put(cells[1].replace("`", "").strip(), row);
            } else if (line.isBlank()) {
                features = new String[0];
            }
        }
        return rows;
    }

    private static void check(Clients.Client client, Map<String, String> row) {
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
            Set<String> expected = new TreeSet<>(row.keySet());
            expected.removeIf(feature -> !row.get(feature).contains(CompatReport.letter(target)));
            Map<String, String> outcomes = runs.get(i).join();
            outcomes.forEach((feature, outcome) -> {
                CompatReport.note(client.name(), feature, target, outcome.equals(OK));
                if (!outcome.equals(OK)) {
                    wrong.put(feature + " on " + target, outcome);
                }
            });
            assertTrue(
                    expected.equals(outcomes.keySet()) || !wrong.isEmpty(),
                    client.name() + " on " + target + " ran " + outcomes.keySet() + ", the matrix has " + expected);
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
