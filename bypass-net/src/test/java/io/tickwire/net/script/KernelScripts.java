package io.tickwire.net.script;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import java.io.IOException;
import java.util.List;

/**
 * Runs scripts against the kernel behind a TAP device in this network namespace, which {@code ip} prepares; prints {@code = OUTCOME |
 * FILE: NAME | DETAIL} for each.
 */
final class KernelScripts {
    private static final int TRIES = 3;

    private KernelScripts() {}

    /** Arguments: number of shares, index of this share, longest total wait of a script in milliseconds. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        final int shares = Integer.parseInt(arguments[0]);
        final int share = Integer.parseInt(arguments[1]);
        final long longestMs = Long.parseLong(arguments[2]);
        try (DpdkPort port =
                DpdkPort.open(Eal.start(EalSettings.ordinaryMemory()), PortSettings.of("net_tap0,iface=t0"))) {
            shell("ip link set t0 down; ip link set t0 address 02:00:00:00:00:01; ip link set t0 up;"
                    + " ip addr add 10.0.0.1/24 dev t0;"
                    + " ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev t0 nud permanent");
            final FrameDevice device = port.queue(0);
            final List<Script> scripts = ConformanceTest.all();
            for (int i = share; i < scripts.size(); i += shares) {
                final Script script = scripts.get(i);
                System.out.println(outcome(script, device, i * TRIES, longestMs));
            }
            device.close();
        }
    }

    private static String outcome(Script script, FrameDevice device, int number, long longestMs) throws IOException {
        final String name = " | " + script.file() + ": " + script.name() + " | ";
        final long waitsMs = script.lines().stream()
                .filter(line -> line.startsWith("wait ") || line.startsWith("jump "))
                .mapToLong(line -> Long.parseLong(line.substring(5).strip()))
                .sum();
        if (waitsMs > longestMs) {
            return "= long" + name + "waits " + waitsMs + " ms";
        }
        String difference = "";
        // Real time on a shared machine: a script that passes once has shown that the kernel does as it says.
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try {
                new KernelScriptRunner(script, device, number + attempt).run();
                return "= same" + name;
            } catch (KernelSettings.NotApplicable notApplicable) {
                return "= inapplicable" + name + notApplicable.getMessage();
            } catch (AssertionError other) {
                difference = String.valueOf(other.getMessage()).replace('\n', ' ');
            }
        }
        return "= differs" + name + difference;
    }

    private static void shell(String commands) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder("sh", "-ec", commands).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + commands);
        }
    }
}
