package io.tickwire.edge.launch;

import io.tickwire.net.dpdk.Finding;
import io.tickwire.net.dpdk.Preflight;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tickwire net}: what kernel bypass needs of this machine. */
@Command(name = "net", description = "Kernel bypass on this machine.", mixinStandardHelpOptions = true)
public final class NetCommand implements CliCommand {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what: tickwire net check");
    }

    /**
     * {@code tickwire net check}: says what is missing and how to mend it.
     *
     * @param device as in {@code net.dpdk.device}; empty for the checks that every device needs
     * @param cores CPUs that will poll
     * @return 0 when nothing is missing
     */
    @Command(
            name = "check",
            description = {
                "Says what DPDK finds missing on this machine, and the command that mends it.",
                "Changes nothing. Ends with status 1 when something is missing."
            },
            mixinStandardHelpOptions = true)
    int check(
            @Option(names = "--device", description = "as net.dpdk.device: net_af_packet0,iface=eth1 or 0000:03:00.0")
                    String device,
            @Option(names = "--core", split = ",", description = "CPUs that will poll, such as 2,3")
                    List<Integer> cores) {
        final BitSet polling = new BitSet();
        if (cores != null) {
            for (final int core : cores) {
                if (core < 0) {
                    throw new ParameterException(spec.commandLine(), "there is no CPU " + core);
                }
                polling.set(core);
            }
        }
        final List<Finding> findings;
        try {
            findings = new Preflight().check(Optional.ofNullable(device), polling);
        } catch (final IllegalArgumentException noDevice) {
            throw new ParameterException(spec.commandLine(), noDevice.getMessage(), noDevice);
        }
        return FindingPrinter.print(findings, spec.commandLine().getOut());
    }
}
