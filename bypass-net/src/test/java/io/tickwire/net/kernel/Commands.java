package io.tickwire.net.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What a peer process is told on its standard input, one command a line, taken by its only thread; answers go out as {@code = …}. */
final class Commands {
    private final ConcurrentLinkedQueue<List<String>> lines = new ConcurrentLinkedQueue<>();

    /** Reads from now on; {@code wakeup} is called after each line. The end of the input is the command {@code quit}. */
    Commands(Runnable wakeup) {
        final Thread reader = new Thread(() -> {
            try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                for (String line = input.readLine(); line != null; line = input.readLine()) {
                    lines.add(List.of(line.strip().split(" +")));
                    wakeup.run();
                }
                lines.add(List.of("quit"));
                wakeup.run();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        });
        reader.setDaemon(true);
        reader.start();
    }

    /** The next command, or null. */
    List<String> poll() {
        return lines.poll();
    }

    static void answer(String text) {
        System.out.println("= " + text);
        System.out.flush();
    }
}
