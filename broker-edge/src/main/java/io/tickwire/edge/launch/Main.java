package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigException;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "tickwire",
        description = "Kafka-compatible broker edge for market data.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        footer = {
            "The launcher ./tickwire adds:",
            "  test       Installs what the tests need where it can, then runs them all.",
            "  bench      Benchmarks: e2e, kafka, storage, hotpath, net; see ./tickwire bench --help."
        },
        subcommandsRepeatable = false)
public final class Main implements Runnable {
    /** Exit status for what the operator can mend. */
    static final int OPERATOR_ERROR = 2;

    private Main() {}

    /** Runs one command and exits with its status. */
    public static void main(String[] args) {
        Logs.configure();
        System.exit(run(args));
    }

    /** Runs one command. */
    static int run(String... args) {
        CommandLine line = new CommandLine(new Main());
        for (CliCommand command : ServiceLoader.load(CliCommand.class)) {
            line.addSubcommand(command);
        }
        line.setExecutionExceptionHandler(Main::explain);
        return line.execute(args);
    }

    /** What the operator can mend is one line without a stack trace. */
    private static int explain(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        if (failure instanceof ConfigException || isOperatorError(failure)) {
            line.getErr().println("tickwire: " + failure.getMessage());
            return OPERATOR_ERROR;
        }
        line.getErr().println("tickwire: internal error, please report it");
        failure.printStackTrace(line.getErr());
        return 1;
    }

    private static boolean isOperatorError(Exception failure) {
        return failure instanceof io.tickwire.net.transport.TransportException
                || failure instanceof java.io.IOException
                || failure instanceof java.io.UncheckedIOException;
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
