package io.tickwire.net.kernel;

import io.tickwire.net.device.FrameDevice;
import io.tickwire.net.device.ImpairedDevice;
import io.tickwire.net.device.Impairment;
import io.tickwire.net.dpdk.DpdkPort;
import io.tickwire.net.dpdk.Eal;
import io.tickwire.net.dpdk.EalSettings;
import io.tickwire.net.dpdk.PortSettings;
import io.tickwire.net.sim.Counters;
import io.tickwire.net.stack.QueueGroup;
import io.tickwire.net.tcp.TcpCounters;
import io.tickwire.net.transport.CloseCause;
import io.tickwire.net.transport.StreamConnector;
import io.tickwire.net.transport.StreamHandler;
import io.tickwire.net.transport.StreamTransport;
import io.tickwire.net.transport.TransportException;
import io.tickwire.net.transport.UserspaceTransport;
import io.tickwire.net.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The userspace stack's end, on a DPDK port: one thread that polls. Serves transfers on port 9092 at all times.
 *
 * <pre>
 *  stack [KEY=VALUE …]                               a new stack over the same port, with this impairment and these settings
 *  run HOST PORT COUNT PARALLEL UP DOWN SEED [together]   transfers as client; answers with a report
 *  counters                                          what is not zero
 *  stall                                             longest stall of a served transfer since the last time of asking
 *  join GROUP PORT [SOURCE] / leave GROUP [SOURCE]   datagrams
 *  queues                                            connections accepted, and resets sent, by each queue's stack
 *  datagrams                                         how many came since the last time of asking
 * </pre>
 */
final class StackPeer {
    private static final int PORT = 9_092;
    private static final int CHUNK = 1 << 16;
    /** What drivers keep in their rings while the port is open. */
    private static final Map<String, Integer> HELD_FRAMES = Map.of("net_af_xdp", 4_096, "net_tap", 1_024);

    private static final long PARK_NS = 20_000;

    private final DpdkPort port;
    private final FrameDevice queue;
    private final String address;
    private final List<StackPeer> others = new ArrayList<>();
    private final UnsafeBuffer chunk = new UnsafeBuffer(new byte[CHUNK]);
    private UserspaceTransport transport;
    private FrameDevice device;
    private Batch batch;
    private InetSocketAddress target;
    private long longestStallNs;
    private int datagrams;
    private int served;
    private int brokenServed;
    private boolean opened;
    private volatile boolean stopped;

    /** One transfer over a stream. */
    private final class Flow implements StreamHandler, StreamConnector {
        final Transfer transfer;
        final boolean isClient;
        StreamTransport stream;
        boolean isReleased;

        Flow(Transfer transfer, boolean isClient) {
            this.transfer = transfer;
            this.isClient = isClient;
        }

        StreamHandler accepted(StreamTransport accepted) {
            stream = accepted;
            isReleased = true;
            return this;
        }

        @Override
        public StreamHandler onConnected(StreamTransport connected) {
            stream = connected;
            batch.onConnected(() -> {
                isReleased = true;
                pump();
            });
            return this;
        }

        @Override
        public void onFailed(TransportException cause) {
            System.out.println(cause.getMessage());
            batch.onEnded(transfer);
        }

        private void pump() {
            while (isReleased) {
                final int length = transfer.next(chunk, CHUNK);
                final int accepted = length == 0 ? 0 : stream.send(chunk, 0, length);
                if (accepted <= 0) {
                    break;
                }
                transfer.onSent(accepted, System.nanoTime());
                if (accepted < length) {
                    return;
                }
            }
            if (isClient && transfer.isDone()) {
                stream.close();
            }
        }

        @Override
        public int onData(DirectBuffer buffer, int offset, int length) {
            transfer.onReceived(buffer, offset, length, System.nanoTime());
            pump();
            return length;
        }

        @Override
        public void onWritable() {
            pump();
        }

        @Override
        public void onClosed(CloseCause cause) {
            if (isClient) {
                batch.onEnded(transfer);
                return;
            }
            served++;
            longestStallNs = Math.max(longestStallNs, transfer.longestStallNs());
            if (!transfer.isDone() || !transfer.isIntact()) {
                brokenServed++;
                System.out.println("failed, " + cause + ": " + transfer);
            }
        }
    }

    private StackPeer(DpdkPort port, FrameDevice queue, String address) {
        this.port = port;
        this.queue = queue;
        this.address = address;
    }

    /** Arguments: device, address with prefix length, queues: all but the first have threads of their own that only serve. */
    public static void main(String[] arguments) throws InterruptedException {
        final Eal eal = Eal.start(EalSettings.ordinaryMemory());
        final int queues = Integer.parseInt(arguments[2]);
        final PortSettings settings =
                PortSettings.of(arguments[0]).withFrames(16_383 / queues).withQueues(queues);
        try (DpdkPort port = DpdkPort.open(eal, settings)) {
            final List<FrameDevice> devices = new ArrayList<>();
            for (int i = 0; i < queues; i++) {
                devices.add(port.queue(i));
            }
            final QueueGroup group = new QueueGroup(devices, QueueGroup.DEFAULT_INBOX_BYTES);
            final StackPeer first = new StackPeer(port, queues == 1 ? port.queue(0) : group.member(0), arguments[1]);
            final List<Thread> threads = new ArrayList<>();
            for (int i = 1; i < queues; i++) {
                final StackPeer other = new StackPeer(port, group.member(i), arguments[1]);
                first.others.add(other);
                final Thread thread = new Thread(other::serve);
                thread.start();
                threads.add(thread);
            }
            first.run();
            first.others.forEach(other -> other.stopped = true);
            for (final Thread thread : threads) {
                thread.join();
            }
            first.requireNoLeak();
        }
    }

    /** Serves until told to stop. */
    private void serve() {
        open(Map.of());
        while (!stopped) {
            if (transport.poll(System.nanoTime()) == 0) {
                transport.park(PARK_NS);
            }
        }
        shut();
    }

    private void run() {
        final Commands commands = new Commands(() -> {});
        open(Map.of());
        Commands.answer("ready");
        for (boolean running = true; running; ) {
            final long nowNs = System.nanoTime();
            final int work = transport.poll(nowNs);
            final List<String> command = commands.poll();
            if (command != null) {
                running = !command.get(0).equals("quit");
                if (running) {
                    execute(command, nowNs);
                }
            }
            while (batch != null && batch.mayBegin()) {
                transport.connect(target, new Flow(batch.begin(nowNs), true));
            }
            if (batch != null && batch.isOver()) {
                Commands.answer(batch.report(nowNs));
                batch = null;
            }
            if (work == 0) {
                transport.park(PARK_NS);
            }
        }
        shut();
    }

    private String queueCounters() {
        final TcpCounters counters = transport.stack().tcp().counters;
        return "accepted=" + counters.passiveOpens + " resets=" + counters.resetsOut;
    }

    private void execute(List<String> words, long nowNs) {
        switch (words.get(0)) {
            case "stack" -> {
                final Map<String, String> keys = new HashMap<>();
                for (final String word : words.subList(1, words.size())) {
                    final int equals = word.indexOf('=');
                    keys.put(word.substring(0, equals), word.substring(equals + 1));
                }
                shut();
                requireNoLeak();
                open(keys);
                Commands.answer("ready");
            }
            case "run" -> {
                target = new InetSocketAddress(words.get(1), Integer.parseInt(words.get(2)));
                batch = new Batch(words.subList(3, words.size()), nowNs);
            }
            case "counters" ->
                Commands.answer(Counters.nonZero(transport.stack().tcp().counters)
                        + Counters.nonZero(transport.stack().counters));
            case "stall" -> {
                Commands.answer(
                        "stallMs=" + longestStallNs / 1_000_000 + " served=" + served + " broken=" + brokenServed);
                longestStallNs = 0;
                served = 0;
                brokenServed = 0;
            }
            case "queues" -> {
                final StringBuilder all = new StringBuilder(queueCounters());
                others.forEach(other -> all.append(" | ").append(other.queueCounters()));
                Commands.answer(all.toString());
            }
            case "join" -> join(words);
            case "leave" -> {
                transport.stack().igmp().leave(Ipv4Address.parse(words.get(1)), source(words, 2));
                Commands.answer("left");
            }
            case "datagrams" -> {
                Commands.answer("datagrams=" + datagrams);
                datagrams = 0;
            }
            default -> throw new IllegalArgumentException("unknown command " + words);
        }
    }

    private void join(List<String> words) {
        final int group = Ipv4Address.parse(words.get(1));
        transport.stack().igmp().join(group, source(words, 3));
        transport.stack().udp().open(Integer.parseInt(words.get(2)), group, (b, o, l, t, s, p) -> datagrams++);
        Commands.answer("joined");
    }

    private static int source(List<String> words, int index) {
        return words.size() > index ? Ipv4Address.parse(words.get(index)) : 0;
    }

    private void open(Map<String, String> keys) {
        final StackKeys given = new StackKeys(keys);
        final Impairment impairment = given.impairment();
        device = impairment.equals(Impairment.NONE)
                ? queue
                : new ImpairedDevice(queue, impairment, impairment, given.seed(), 64);
        transport = UserspaceTransport.open(given.settings(address), device);
        transport.listen(
                new InetSocketAddress(address.substring(0, address.indexOf('/')), PORT),
                1_024,
                stream -> new Flow(Transfer.server(System.nanoTime()), false).accepted(stream));
        opened = true;
    }

    /** Closes the stack; every frame must then be back but those that the driver holds. */
    private void shut() {
        if (!opened) {
            return;
        }
        transport.close();
        device.close();
    }

    private void requireNoLeak() {
        for (int i = 0; i < port.queueCount(); i++) {
            final int missing = port.pool(i).capacity() - port.pool(i).available();
            if (missing > HELD_FRAMES.getOrDefault(port.driver(), 0)) {
                throw new AssertionError("frames of queue " + i + " leaked: " + missing);
            }
        }
    }
}
