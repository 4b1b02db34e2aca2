package io.tickwire.compat.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The machine and settings that are printed beside every figure. */
public final class Hardware {
    private static final List<String> BENCHMARK_ARGS = List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC");

    private Hardware() {}

    public static String describe() {
        Runtime runtime = Runtime.getRuntime();
        return String.format(
                "%s, %d cores, %s %s, Java %s",
                processor(),
                runtime.availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version());
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** The flags of this JVM (exports, opens, properties) and a small fixed heap for each child. */
    public static List<String> jvmArgs() {
        List<String> args = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        args.removeIf(arg -> arg.startsWith("-Xm") || arg.startsWith("-javaagent") || arg.startsWith("-XX:+Use"));
        args.addAll(BENCHMARK_ARGS);
        return args;
    }
}
