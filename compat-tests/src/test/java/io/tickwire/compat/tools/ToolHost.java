package io.tickwire.compat.tools;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's command-line tools one after another in a process of its own: a tool may only print to the process's output and
 * end with the process's exit, so both are taken from it here.
 *
 * <p>A request on standard input is the main class, the text to give the tool as its input, a text whose printing
 * ends a tool that leaves threads running (or none), the number of arguments and the arguments; a reply on standard output is the exit status, the tool's output and its errors. Texts are a length in bytes
 * (int32) and UTF-8.
 */
final class ToolHost {

    private static final List<Runnable> SHUTDOWN_HOOKS = Collections.synchronizedList(new ArrayList<>());

    /** The status a tool first asked to end with; what it does after that, it would not have done. */
    private static volatile Integer exitStatus;

    /** Thrown where a tool would have ended the process. Some tools catch whatever is thrown. */
    private static final class Exited extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Exited() {
            super("exit", null, false, false);
        }
    }

    private ToolHost() {}

    public static void main(String[] arguments) throws IOException {
        DataInputStream requests = new DataInputStream(new FileInputStream(FileDescriptor.in));
        DataOutputStream replies = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        Exit.setExitProcedure((status, message) -> exit(status));
        Exit.setHaltProcedure((status, message) -> exit(status));
        Exit.setShutdownHookAdder((name, hook) -> SHUTDOWN_HOOKS.add(hook));
        try {
            while (true) {
                String mainClass = readText(requests);
                String input = readText(requests);
                String endsAfter = readText(requests);
                String[] words = new String[requests.readInt()];
                for (int i = 0; i < words.length; i++) {
                    words[i] = readText(requests);
                }
                serve(mainClass, input, endsAfter, words, replies);
            }
        } catch (EOFException e) {
            // The test has ended. Threads that a tool left behind must not keep the process.
            Runtime.getRuntime().halt(0);
        }
    }

    private static void serve(
            String mainClass, String input, String endsAfter, String[] words, DataOutputStream replies)
            throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        int status = statusOf(mainClass, words);
        awaitText(output, endsAfter);
        SHUTDOWN_HOOKS.forEach(Runnable::run);
        SHUTDOWN_HOOKS.clear();
        replies.writeInt(status);
        writeText(replies, output.toString(StandardCharsets.UTF_8));
        writeText(replies, errors.toString(StandardCharsets.UTF_8));
        replies.flush();
    }

    private static void exit(int status) {
        if (exitStatus == null) {
            exitStatus = status;
        }
        throw new Exited();
    }

    private static void awaitText(ByteArrayOutputStream output, String text) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!output.toString(StandardCharsets.UTF_8).contains(text) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static int statusOf(String mainClass, String[] words) {
        exitStatus = null;
        try {
            Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) words);
        } catch (InvocationTargetException e) {
            if (exitStatus == null) {
                e.getCause().printStackTrace();
                return 1;
            }
        } catch (ReflectiveOperationException e) {
            e.printStackTrace();
            return 127;
        }
        return exitStatus == null ? 0 : exitStatus;
    }

    static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
