package io.tickwire.compat.bench.hotpath;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A child JVM that runs {@link HotpathNode}, and the lines exchanged with it. */
final class NodeProcess implements AutoCloseable {
    private final Process process;
    private final PrintWriter in;
    private final BufferedReader out;

    private NodeProcess(Process process) {
        this.process = process;
        in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    static NodeProcess start(String contender, String role, int senderCore, int receiverCore, List<String> jvmArgs)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArgs);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                HotpathNode.class.getName(),
                contender,
                role,
                Integer.toString(senderCore),
                Integer.toString(receiverCore)));
        return new NodeProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    void tell(String line) {
        in.println(line);
    }

    /** Reads lines until one starts with {@code word}, and returns its words. */
    String[] await(String word) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals(word)) {
                return words;
            }
            if (words[0].equals("FAILED")) {
                throw new IOException(line);
            }
        }
        throw new IOException("a benchmark process ended before it said " + word);
    }

    @Override
    public void close() {
        in.close();
        process.destroy();
    }
}
