package io.tickwire.edge.launch;

import io.tickwire.edge.config.ConfigReference;
import io.tickwire.edge.config.TickwireConfig;
import java.net.InetSocketAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tickwire start}: runs a broker until it is told to stop. */
@Command(name = "start", description = "Run a broker.", mixinStandardHelpOptions = true)
public final class StartCommand implements CliCommand {
    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(names = "--help-config", description = "Print the table of all settings and exit.")
    private boolean helpConfig;

    @Override
    public Integer call() throws InterruptedException {
        if (helpConfig) {
            System.out.print(ConfigReference.markdown());
            return 0;
        }
        TickwireConfig config = options.load();
        Broker broker = Assembly.start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "tickwire-stop"));
        InetSocketAddress kafka = broker.kafkaAddress();
        System.out.println("READY kafka=" + kafka.getAddress().getHostAddress() + ":" + kafka.getPort() + " data="
                + config.dataDir().toAbsolutePath() + " pid="
                + ProcessHandle.current().pid());
        System.out.flush();
        broker.awaitTermination();
        // Nobody asked this broker to end: a stop on request never gets here before the process is gone.
        return 1;
    }
}
