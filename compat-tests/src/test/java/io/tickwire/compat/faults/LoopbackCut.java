package io.tickwire.compat.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Cuts TCP connections to one port on the loopback interface of this process's network namespace, by dropping their packets.
 * For a process in a namespace of its own only: {@link #namespaceCommand()} starts one, which has nothing but a loopback
 * interface and ends with its last process.
 */
final class LoopbackCut implements AutoCloseable {

    private static final String TABLE = "twfaults" + ProcessHandle.current().pid();

    private final int port;
    private boolean cut;

    LoopbackCut(int port) {
        this.port = port;
    }

    /** Returns the command that runs another in a new network namespace, or an empty list where that is not allowed. */
    static List<String> namespaceCommand() {
        List<List<String>> ways = List.of(List.of("unshare", "-n"), List.of("unshare", "-Urn"));
        String probe = "ip link set lo up && nft add table inet " + TABLE;
        for (List<String> way : ways) {
            if (succeeds(List.of(way.get(0), way.get(1), "sh", "-c", probe))) {
                return way;
            }
        }
        return List.of();
    }

    /** Brings up the loopback interface of a new namespace. */
    static void raiseLoopback() {
        run(List.of("ip", "link", "set", "lo", "up"));
    }

    void cut() {
        run(List.of("nft", "add", "table", "inet", TABLE));
        run(List.of("nft", "add", "chain", "inet", TABLE, "in", "{ type filter hook input priority 0; }"));
        for (String direction : List.of("sport", "dport")) {
            run(List.of("nft", "add", "rule", "inet", TABLE, "in", "tcp", direction, Integer.toString(port), "drop"));
        }
        cut = true;
    }

    void heal() {
        run(List.of("nft", "delete", "table", "inet", TABLE));
        cut = false;
    }

    @Override
    public void close() {
        if (cut) {
            heal();
        }
    }

    private static void run(List<String> command) {
        if (!succeeds(command)) {
            throw new IllegalStateException("failed: " + String.join(" ", command));
        }
    }

    private static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            if (e.getMessage().contains("Cannot run program")) {
                return false;
            }
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
