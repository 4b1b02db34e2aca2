package io.tickwire.compat.bench.clients;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.stream.LongStream;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Asks another JVM of this machine what it has used, through its management agent. */
final class JvmUsage implements AutoCloseable {
    private static final String DATA_THREADS = "tickwire-shard-";

    /**
     * What was used since the start.
     *
     * @param nowNs when it was asked
     * @param cpuNs CPU time of all its threads
     * @param allocatedBytes heap bytes allocated by all its threads
     * @param dataThreadBytes of these, by the threads of the data path; 0 where they have no name of their own
     */
    record Sample(long nowNs, long cpuNs, long allocatedBytes, long dataThreadBytes) {
        /** Returns what was used from an earlier sample to this one. */
        Sample since(Sample before) {
            return new Sample(
                    nowNs - before.nowNs,
                    cpuNs - before.cpuNs,
                    allocatedBytes - before.allocatedBytes,
                    dataThreadBytes - before.dataThreadBytes);
        }

        /** Adds up what two periods used. */
        Sample plus(Sample other) {
            return new Sample(
                    nowNs + other.nowNs,
                    cpuNs + other.cpuNs,
                    allocatedBytes + other.allocatedBytes,
                    dataThreadBytes + other.dataThreadBytes);
        }

        /** Returns how many cores were busy. */
        double cores() {
            return nowNs == 0 ? 0 : (double) cpuNs / nowNs;
        }
    }

    private final JMXConnector connector;
    private final OperatingSystemMXBean system;
    private final ThreadMXBean threads;

    private JvmUsage(JMXConnector connector, OperatingSystemMXBean system, ThreadMXBean threads) {
        this.connector = connector;
        this.system = system;
        this.threads = threads;
    }

    @SuppressWarnings("BanJNDI") // A process that this one has started.
    static JvmUsage of(long pid) {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            JMXConnector connector =
                    JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
            machine.detach();
            MBeanServerConnection server = connector.getMBeanServerConnection();
            return new JvmUsage(
                    connector,
                    ManagementFactory.newPlatformMXBeanProxy(
                            server, ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME, OperatingSystemMXBean.class),
                    ManagementFactory.newPlatformMXBeanProxy(
                            server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class));
        } catch (AttachNotSupportedException e) {
            throw new IllegalStateException("process " + pid + " is no JVM that can be asked", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Sample sample() {
        long[] dataThreads = LongStream.of(threads.getAllThreadIds())
                .filter(id -> isDataThread(threads.getThreadInfo(id)))
                .toArray();
        long dataBytes = dataThreads.length == 0
                ? 0
                : LongStream.of(threads.getThreadAllocatedBytes(dataThreads)).sum();
        return new Sample(
                System.nanoTime(), system.getProcessCpuTime(), threads.getTotalThreadAllocatedBytes(), dataBytes);
    }

    private static boolean isDataThread(ThreadInfo thread) {
        return thread != null && thread.getThreadName().startsWith(DATA_THREADS);
    }

    /** Returns the CPU time of this process, the clients'. */
    static long ownCpuNs() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** Returns how long this process, the clients', has been collecting garbage. */
    static long ownCollectionMs() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(collector -> !collector.getName().contains("Concurrent"))
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    @Override
    public void close() {
        try {
            connector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
