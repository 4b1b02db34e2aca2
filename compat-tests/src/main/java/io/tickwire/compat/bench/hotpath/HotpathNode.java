package io.tickwire.compat.bench.hotpath;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One benchmark process: a contender's sending end, its receiving end, or both, told by lines on standard input what to do.
 *
 * <pre>
 *   OPEN dir bytes       opens the end(s)                            -> OPEN
 *   RECEIVE load         starts the receiving loop                   -> (at its end) RESULT received outOfOrder histogram
 *   SEND load            sends it all                                -> SENT
 *   SENDER-DONE          silence now ends the receiving loop
 *   CLOSE                closes the end(s)                           -> CLOSED
 * </pre>
 */
public final class HotpathNode {
    /** Set for benchmark processes whose threads are to have real-time priority. */
    private final Contender contender;

    private final boolean sends;
    private final boolean receives;
    private final PrintStream out;
    private final BlockingQueue<Runnable> sending = new LinkedBlockingQueue<>();
    private final BlockingQueue<Runnable> receiving = new LinkedBlockingQueue<>();
    private Contender.Publisher publisher;
    private Contender.Subscriber subscriber;
    private Result result;
    private final SenderDone senderDone = new SenderDone();

    private HotpathNode(Contender contender, String role, PrintStream out) {
        this.contender = contender;
        this.out = out;
        sends = !role.equals("receive");
        receives = !role.equals("send");
    }

    /** Arguments: contender, {@code send|receive|both}, core of the sender, core of the receiver (-1: do not pin). */
    public static void main(String[] args) throws IOException {
        // What journals and clients say when they open would lie between the rows.
        Logger.getLogger("").setLevel(Level.WARNING);
        HotpathNode node = new HotpathNode(Contenders.named(args[0]), args[1], System.out);
        startWorker("sender", node.sending, Integer.parseInt(args[2]));
        startWorker("receiver", node.receiving, Integer.parseInt(args[3]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            node.obey(line.split(" "));
        }
        System.exit(0);
    }

    private static void startWorker(String name, BlockingQueue<Runnable> tasks, int core) {
        Thread.ofPlatform().name(name).daemon().start(() -> {
            if (core >= 0) {
                ThreadPin.pin(core);
            }
            try {
                while (true) {
                    tasks.take().run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void withPriority(Runnable loop) {
        try (var _ = ThreadPin.whileMeasuring(1)) {
            loop.run();
        }
    }

    /** A thread that a contender needs beside its two ends; with real-time ends it must be able to interrupt them. */
    static Thread helperThread(Runnable body) {
        return new Thread(() -> {
            if (ThreadPin.REAL_TIME) {
                ThreadPin.realTime(2);
            }
            body.run();
        });
    }

    private void obey(String[] words) {
        switch (words[0]) {
            case "OPEN" -> (sends ? sending : receiving).add(() -> open(Path.of(words[1]), Integer.parseInt(words[2])));
            case "RECEIVE" -> receiving.add(() -> receive(Load.decode(words, 1)));
            case "SEND" -> sending.add(() -> send(Load.decode(words, 1)));
            case "SENDER-DONE" -> senderDone.set(true);
            case "CLOSE" -> (receives ? receiving : sending).add(this::close);
            default -> throw new IllegalArgumentException(String.join(" ", words));
        }
    }

    private void open(Path directory, int messageBytes) {
        try {
            if (sends) {
                publisher = contender.publisher(directory, messageBytes);
            }
            if (receives) {
                subscriber = contender.subscriber(directory, messageBytes);
            }
            reply("OPEN");
        } catch (Exception e) {
            fail(e);
        }
    }

    private void receive(Load load) {
        senderDone.set(false);
        try {
            withPriority(() -> result = subscriber.receive(load, senderDone, () -> reply("RECEIVING")));
            reply("RESULT " + result.encode());
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void send(Load load) {
        try {
            withPriority(() -> SendLoop.run(publisher, load));
            reply("SENT");
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void close() {
        try {
            if (subscriber != null) {
                subscriber.close();
            }
            if (publisher != null) {
                publisher.close();
            }
            reply("CLOSED");
        } catch (Exception e) {
            fail(e);
        }
    }

    private synchronized void reply(String line) {
        out.println(line);
        out.flush();
    }

    private void fail(Exception e) {
        e.printStackTrace();
        reply("FAILED " + e);
    }
}
