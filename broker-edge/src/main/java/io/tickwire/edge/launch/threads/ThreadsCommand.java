package io.tickwire.edge.launch.threads;

import io.tickwire.edge.config.TickwireConfig;
import io.tickwire.edge.launch.CliCommand;
import io.tickwire.edge.launch.ConfigOptions;
import io.tickwire.edge.launch.FindingPrinter;
import io.tickwire.net.dpdk.Finding;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tickwire threads}: what the configured threads need of this machine. */
@Command(name = "threads", description = "Threads and cores on this machine.", mixinStandardHelpOptions = true)
public final class ThreadsCommand implements CliCommand {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what: tickwire threads check");
    }

    /**
     * {@code tickwire threads check}: says what is missing and how to mend it.
     *
     * @return 0 when nothing is missing
     */
    @Command(
            name = "check",
            description = {
                "Says what the machine lacks for the threads as they are configured, and the command that mends it.",
                "Takes the same settings as 'tickwire start'. Changes nothing. Ends with status 1 when something is missing."
            },
            mixinStandardHelpOptions = true)
    int check(@Mixin ConfigOptions options) {
        TickwireConfig config = options.loadForCheck();
        List<Finding> findings = new ThreadsPreflight(Path.of("/")).check(config.threading());
        return FindingPrinter.print(findings, spec.commandLine().getOut());
    }
}
