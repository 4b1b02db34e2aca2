package io.tickwire.compat.clients;

import io.tickwire.compat.target.RepositoryRoot;
import io.tickwire.compat.target.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The tests that a client's project has for it, by {@code src/test/clients/suites/NAME/suite.sh}; see {@code lib.sh} there.
 *
 * @param name the client
 * @param brokerSettings what the tests expect of a broker beside what all suites do
 */
record SuiteOfClient(String name, Map<String, String> brokerSettings) {

    static final List<SuiteOfClient> ALL = List.of(
            new SuiteOfClient("kcat", Map.of("num.partitions", "4")),
            new SuiteOfClient("kafkajs", Map.of("num.partitions", "2")),
            new SuiteOfClient("platformatic", Map.of()),
            new SuiteOfClient("librdkafka", Map.of("num.partitions", "4")));

    private static final Path SOURCES = RepositoryRoot.find().resolve("compat-tests/src/test/clients/suites");
    private static final Path TARGET = RepositoryRoot.find().resolve("compat-tests/target/client-suites");
    private static final long PREPARE_TIMEOUT_S = 1_800;
    private static final long RUN_TIMEOUT_S = 5_400;

    /** Between the file of a test, which can be run by itself, and its name. */
    private static final String SEPARATOR = " › ";

    /** What came of a test. */
    record Outcome(boolean passed, long elapsedMs) {}

    /** Fetches and builds what the tests need, unless it is there. */
    void prepare() {
        Path log = TARGET.resolve(name + "-prepare.log");
        if (run(List.of("prepare", directory().toString()), log, PREPARE_TIMEOUT_S) != 0) {
            throw new AssertionError(name + " could not be made ready, see " + log);
        }
    }

    /**
     * Runs all tests against a broker, or those of some files.
     *
     * @return by name, which holds the file; one that comes several times has its number behind it
     */
    Map<String, Outcome> run(Target target, Collection<String> files) {
        Path lines = TARGET.resolve(name + "-" + target.name() + (files.isEmpty() ? "" : "-again") + ".txt");
        List<String> arguments = new ArrayList<>(List.of("run", directory().toString(), target.bootstrap()));
        arguments.addAll(files);
        int status = run(arguments, lines, RUN_TIMEOUT_S);
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        for (String line : read(lines)) {
            String[] columns = line.split("\t", 3);
            if (columns.length == 3) {
                Outcome outcome = new Outcome(columns[0].equals("ok"), Long.parseLong(columns[1]));
                String unique = columns[2];
                for (int number = 2; outcomes.putIfAbsent(unique, outcome) != null; number++) {
                    unique = columns[2] + " (" + number + ")";
                }
            }
        }
        if (status != 0 || outcomes.isEmpty()) {
            throw new AssertionError(name + " on " + target.name() + " ended with " + status + ", see " + lines);
        }
        return outcomes;
    }

    /** Returns the files that tests are in. */
    static Collection<String> files(Collection<String> tests) {
        return tests.stream().map(test -> test.split(SEPARATOR, 2)[0]).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the names of the tests that have to pass: a list that only grows. */
    Set<String> passing() {
        return new LinkedHashSet<>(read(SOURCES.resolve(name).resolve("passing.txt")));
    }

    private Path directory() {
        return TARGET.resolve(name);
    }

    private int run(List<String> arguments, Path output, long timeoutS) {
        List<String> command = new ArrayList<>(
                List.of(SOURCES.resolve(name).resolve("suite.sh").toString()));
        command.addAll(arguments);
        try {
            Files.createDirectories(TARGET);
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(Path.of(output + ".err").toFile())
                    .start();
            if (!process.waitFor(timeoutS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
