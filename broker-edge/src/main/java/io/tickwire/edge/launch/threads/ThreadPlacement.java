package io.tickwire.edge.launch.threads;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.CpuSet;
import io.tickwire.edge.config.ThreadingConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts this process's threads and memory where the configuration wants them. What the machine refuses is an operator's error. */
public final class ThreadPlacement {
    private static final int NO_SUCH_THREAD = 3;
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String CHECK = "; tickwire threads check says what is missing";

    private final ThreadingConfig config;

    /** Makes the placement. */
    public ThreadPlacement(ThreadingConfig config) {
        this.config = config;
    }

    /**
     * Places the process: before it makes threads and takes memory.
     *
     * @throws ConfigException naming the setting that cannot be had
     */
    public void placeProcess() {
        if (config.lockMemory()) {
            check("threading.lock.memory", "true", LinuxScheduler.lockMemory());
        }
        if (config.numaNode() >= 0) {
            check("threading.numa.node", config.numaNode(), LinuxScheduler.preferNode(config.numaNode()));
        }
        config.controlCpus().ifPresent(ThreadPlacement::bindAll);
    }

    /** Binds all threads there are, those of the JVM included; those to come inherit it from the calling one. */
    private static void bindAll(CpuSet cpus) {
        check("threading.control.cpus", cpus, LinuxScheduler.bind(0, cpus));
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(TASKS)) {
            for (Path thread : threads) {
                int error = LinuxScheduler.bind(
                        Integer.parseInt(thread.getFileName().toString()), cpus);
                if (error != NO_SUCH_THREAD) {
                    check("threading.control.cpus", cpus, error);
                }
            }
        } catch (IOException e) {
            throw ConfigException.of(
                    "threading.control.cpus", cpus.toString(), "threads cannot be listed: " + e.getMessage());
        }
    }

    /**
     * Places the calling thread, a shard's.
     *
     * @throws ConfigException naming the setting that cannot be had
     */
    public void placeShard(int shard) {
        config.cpus().ifPresent(cpus -> {
            CpuSet own = new CpuSet(List.of(cpus.cpus().get(shard)));
            check("threading.cpus", own, LinuxScheduler.bind(0, own));
        });
        if (config.priority() > 0) {
            check("threading.priority", config.priority(), LinuxScheduler.realTime(config.priority()));
        }
    }

    private static void check(String key, Object value, int error) {
        if (error != 0) {
            throw ConfigException.of(key, value.toString(), "the kernel refuses it: " + reason(error) + CHECK);
        }
    }

    private static String reason(int error) {
        return switch (error) {
            case 1 -> "not permitted (EPERM)";
            case 12 -> "beyond the limit of locked memory (ENOMEM)";
            case 22 -> "there is no such CPU, node or priority here (EINVAL)";
            case 38 -> "this kernel does not have the call (ENOSYS)";
            default -> "error " + error;
        };
    }
}
