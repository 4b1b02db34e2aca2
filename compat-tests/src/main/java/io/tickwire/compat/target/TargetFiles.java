package io.tickwire.compat.target;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Directories, ports and class paths of child processes. */
final class TargetFiles {

    private static final List<String> NOT_KAFKA = List.of(
            "tickwire",
            "testcontainers",
            "docker-java",
            "aeron",
            "disruptor",
            "jazzer",
            "junit",
            "archunit",
            "jmh-",
            "chronicle",
            "agrona",
            "opentest4j",
            "apiguardian",
            "surefire",
            "picocli",
            "smallrye",
            "prometheus");

    private TargetFiles() {}

    static Path makeDirectory(String prefix) {
        try {
            return Files.createTempDirectory("tickwire-" + prefix + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteRecursively(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns ports that were free a moment ago, all different. */
    static int[] freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        int[] ports = new int[count];
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports[i] = socket.getLocalPort();
            }
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ports;
    }

    /** Returns the jars of this process's class path that Kafka itself needs. */
    static List<Path> kafkaJars() {
        return classPath(TargetFiles::belongsToKafka);
    }

    static String join(List<Path> paths) {
        return String.join(
                File.pathSeparator, paths.stream().map(Path::toString).toList());
    }

    private static List<Path> classPath(Predicate<Path> wanted) {
        List<Path> paths = new ArrayList<>();
        String remaining = System.getProperty("java.class.path");
        int from = 0;
        while (from < remaining.length()) {
            int to = remaining.indexOf(File.pathSeparatorChar, from);
            to = to < 0 ? remaining.length() : to;
            Path path = Path.of(remaining.substring(from, to));
            if (to > from && Files.exists(path) && wanted.test(path)) {
                paths.add(path);
            }
            from = to + 1;
        }
        return paths;
    }

    private static boolean belongsToKafka(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(".jar") && NOT_KAFKA.stream().noneMatch(name::contains) && Files.isRegularFile(path);
    }
}
