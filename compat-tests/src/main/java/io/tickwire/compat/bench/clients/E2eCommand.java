package io.tickwire.compat.bench.clients;

import io.tickwire.compat.bench.Hardware;
import io.tickwire.compat.target.BrokerSettings;
import io.tickwire.compat.target.TickwireProcess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tickwire bench e2e}: the whole way through one broker, by clients and by multicast. */
@Command(
        name = "e2e",
        mixinStandardHelpOptions = true,
        description = {
            "Latency through a broker in a process of its own: stock producer to stock consumer, and multicast to a shared-memory subscriber.",
            "Open loop: each record is timed from when it was due."
        })
public final class E2eCommand implements Callable<Integer> {
    private static final String GROUP = "239.255.41.7";
    private static final int PORT = 26_477;
    private static final String TOPIC = "bench-feed";

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Records a second by clients; default ${DEFAULT-VALUE}.",
            defaultValue = "2000")
    private int rate;

    @Option(
            names = "--feed-rate",
            paramLabel = "N",
            description = "Messages a second by multicast; default ${DEFAULT-VALUE}.",
            defaultValue = "20000")
    private int feedRate;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Recorded seconds of each part; default ${DEFAULT-VALUE}.",
            defaultValue = "10")
    private double seconds;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "Value bytes by clients; default ${DEFAULT-VALUE}.",
            defaultValue = "100")
    private int size;

    @Override
    public Integer call() {
        System.out.println(Hardware.describe() + "; sender, broker and receiver share it");
        MulticastLoad multicast = new MulticastLoad(GROUP, PORT, TOPIC);
        try (TickwireProcess broker = TickwireProcess.start(BrokerSettings.small(), multicast.brokerKeys(), "-Xmx1g")) {
            System.out.println(Latency.header("from due time"));
            ClientLoad load = new ClientLoad(broker, new ClientLoad.Shape(Math.max(16, size), 1, "1"));
            load.createTopic();
            ClientLoad.Latencies clients = load.latency(rate, Math.min(3, seconds / 2), seconds);
            System.out.println(Latency.line("acknowledged, " + rate + "/s", clients.acknowledged()));
            System.out.println(Latency.line("produce→consume, " + rate + "/s", clients.consumed()));
            MulticastLoad.Result feed = multicast.run(broker, feedRate, Math.min(3, seconds / 2), seconds);
            System.out.println(Latency.line("multicast→subscriber, " + feedRate + "/s", feed.latency()));
            System.out.printf(
                    "not consumed in time: %d records; multicast: %d sent, %d received, %d reported missed%n",
                    clients.lost(), feed.sent(), feed.received(), feed.missed());
            return clients.lost() == 0 && feed.received() == feed.sent() ? 0 : 1;
        }
    }
}
