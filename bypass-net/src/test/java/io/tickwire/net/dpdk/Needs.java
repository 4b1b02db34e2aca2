package io.tickwire.net.dpdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine: where it is missing the test is skipped with the reason, or fails when {@code CI=true}. */
public final class Needs {
    private Needs() {}

    /** DPDK in a version that the bindings know. */
    public static void dpdk() {
        String reason = "";
        try {
            io.tickwire.net.dpdk.ffi.DpdkLibrary.load();
        } catch (final io.tickwire.net.dpdk.ffi.DpdkException missing) {
            reason = missing.getMessage();
        }
        require(reason.isEmpty(), reason);
    }

    /** Root, and network namespaces that it may make. */
    public static void namespaces() {
        require("root".equals(System.getProperty("user.name")), "network namespaces need root");
        require(isOnPath("ip"), "the command ip (iproute2) is missing");
    }

    public static void command(final String name) {
        require(isOnPath(name), "the command " + name + " is missing");
    }

    /** Huge pages that are free, in megabytes. */
    public static void hugePages(final int megabytes) {
        require(Preflight.freeHugeMegabytes() >= megabytes, megabytes + " MB of free huge pages are missing");
    }

    public static void require(final boolean present, final String reason) {
        if (!present) {
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail("needed in CI: " + reason);
            }
            System.out.println("skipped: " + reason);
        }
        Assumptions.assumeTrue(present, reason);
    }

    private static boolean isOnPath(final String name) {
        for (final String directory : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return true;
            }
        }
        return false;
    }

    /** Runs a command and answers its output; fails when it does. */
    public static String run(final String... command) {
        try {
            final Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            final String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            final int exit = process.waitFor();
            Assertions.assertEquals(0, exit, () -> String.join(" ", command) + ": " + output);
            return output;
        } catch (final IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
