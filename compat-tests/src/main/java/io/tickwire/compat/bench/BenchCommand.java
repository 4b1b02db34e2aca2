package io.tickwire.compat.bench;

import io.tickwire.compat.bench.clients.E2eCommand;
import io.tickwire.compat.bench.clients.GcCommand;
import io.tickwire.compat.bench.clients.KafkaCommand;
import io.tickwire.compat.bench.hotpath.HotpathCommand;
import io.tickwire.compat.bench.net.NetBenchCommand;
import io.tickwire.compat.bench.storage.StorageCommand;
import io.tickwire.edge.launch.CliCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tickwire bench}: the parent of all benchmarks. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Benchmarks, each with its peers in the same run and the machine printed beside the figures.",
        subcommands = {
            E2eCommand.class,
            KafkaCommand.class,
            HotpathCommand.class,
            GcCommand.class,
            StorageCommand.class,
            NetBenchCommand.class
        })
public final class BenchCommand implements CliCommand {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(System.out);
        return 2;
    }
}
