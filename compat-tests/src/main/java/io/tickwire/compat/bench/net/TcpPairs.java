package io.tickwire.compat.bench.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** TCP between two processes: the userspace stack over shared memory beside the kernel's loopback, in turn. */
final class TcpPairs {
    private static final int ETHERNET_MTU = 1_500;
    private static final int JUMBO_MTU = 9_000;
    private static final long BULK_BYTES = 1L << 32;
    private static final long QUICK_BULK_BYTES = 1L << 30;

    private final Path scratch;
    private final int rounds;
    private final boolean quick;
    private final List<String> prefix;
    private final int serverCpu;
    private final int clientCpu;

    /** @param cpu of the client; the server is on another if there is one */
    TcpPairs(Path scratch, int rounds, boolean quick, boolean realTime, int cpu) {
        prefix = realTime ? List.of("chrt", "-r", "5") : List.of();

        this.scratch = scratch;
        this.rounds = rounds;
        this.quick = quick;
        clientCpu = cpu;
        serverCpu = cpu > 0 ? cpu - 1 : Math.min(1, Runtime.getRuntime().availableProcessors() - 1);
    }

    /** Measures and prints both tables. */
    void run() throws IOException {
        System.out.printf("%n%-28s %12s %12s %8s%n", "TCP between two processes", "userspace", "kernel", "ratio");
        table(Exchange.ROUND_TRIPS, ETHERNET_MTU, "%-28s %9.2f us %9.2f us %8.3f%n", 1e-3);
        table(Exchange.BULK, ETHERNET_MTU, "%-28s %7.0f MB/s %7.0f MB/s %8.2f%n", 1e-6);
        table(Exchange.BULK, JUMBO_MTU, "%-28s %7.0f MB/s %7.0f MB/s %8.2f%n", 1e-6);
    }

    private void table(Exchange exchange, int mtuBytes, String format, double scale) throws IOException {
        Map<String, List<Double>> ours = new TreeMap<>();
        Map<String, List<Double>> theirs = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            String socket = scratch.resolve("memif-" + exchange + mtuBytes + "-" + round)
                    .toString();
            NetBenchCommand.collect(pair(UserspaceTcp.class, exchange, socket, mtuBytes), ours);
            NetBenchCommand.collect(pair(KernelTcp.class, exchange, "0", mtuBytes), theirs);
        }
        ours.forEach((name, values) -> {
            double mine = NetBenchCommand.median(values);
            double other = NetBenchCommand.median(theirs.get(name));
            System.out.printf(
                    Locale.ROOT,
                    format,
                    exchange == Exchange.BULK
                            ? "one way, MTU " + mtuBytes
                            : Exchange.MESSAGE_BYTES + " B there and back, " + name,
                    mine * scale,
                    other * scale,
                    mine / other);
        });
    }

    /** Runs a server and a client; the client's lines. */
    private List<String> pair(Class<?> main, Exchange exchange, String endpoint, int mtuBytes) throws IOException {
        Process server = BenchProcess.start(prefix, main, arguments("server", exchange, endpoint, serverCpu, mtuBytes));
        try (BufferedReader lines = server.inputReader(StandardCharsets.UTF_8)) {
            List<String> said = new ArrayList<>();
            String line = lines.readLine();
            while (line != null && !line.startsWith("ready ")) {
                said.add(line);
                line = lines.readLine();
            }
            if (line == null) {
                throw new IOException("the server did not start: " + said);
            }
            String target = endpoint.equals("0") ? line.substring("ready ".length()) : endpoint;
            return BenchProcess.java(prefix, main, arguments("client", exchange, target, clientCpu, mtuBytes));
        } finally {
            server.destroy();
        }
    }

    private String[] arguments(String role, Exchange exchange, String endpoint, int cpu, int mtuBytes) {
        return new String[] {
            role,
            exchange.name(),
            endpoint,
            Integer.toString(cpu),
            quick ? "1" : "3",
            Long.toString(quick ? QUICK_BULK_BYTES : BULK_BYTES),
            Integer.toString(mtuBytes)
        };
    }
}
