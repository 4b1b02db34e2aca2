package io.tickwire.edge.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tickwire.storage.log.PartitionLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A transaction whose end is decided when the process is killed (SIGKILL) is carried through by the next one, once. */
class PreparedTransactionTest {
    private static final int PARTITIONS = 2;

    @TempDir
    Path dataDir;

    private String stateWhenKilled(boolean commit) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                // A coverage agent would write into this process's file.
                .filter(argument -> !argument.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                PreparedTransactionProcess.class.getName(),
                dataDir.toString(),
                Integer.toString(PARTITIONS),
                Boolean.toString(commit)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.startsWith(PreparedTransactionProcess.READY)) {
                line = lines.readLine();
            }
            return line == null ? "ended" : line.substring(PreparedTransactionProcess.READY.length());
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    private void check(String state) throws Exception {
        try (ControlPlaneHarness node = new ControlPlaneHarness(dataDir, TransactionClient.ONE_PARTITION_EACH)) {
            TransactionClient client = new TransactionClient(node);
            client.awaitCoordinator(CoordinatorType.TRANSACTION);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!client.state().equals(state) && System.nanoTime() - deadlineNs < 0) {
                Thread.onSpinWait();
            }
            assertEquals(state, client.state());
            for (int partition = 0; partition < PARTITIONS; partition++) {
                PartitionLog log = node.catalog().get("orders", partition);
                // Nothing but the marker.
                assertEquals(1, log.logEndOffset());
                assertEquals(1, log.lastStableOffset());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, PrepareCommit, CompleteCommit", "false, PrepareAbort, CompleteAbort"})
    void preparedWhenKilledIsCompletedWithOneMarkerEach(boolean commit, String prepared, String complete)
            throws Exception {
        assertEquals(prepared, stateWhenKilled(commit));
        check(complete);
        // And by then it is over: the next start writes nothing.
        check(complete);
    }
}
