package io.tickwire.edge.launch.threads;

import io.tickwire.edge.config.ThreadingConfig;
import io.tickwire.edge.config.ThreadingMode;
import io.tickwire.net.dpdk.CorePreflight;
import io.tickwire.net.dpdk.Finding;
import io.tickwire.net.dpdk.HostFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Looks at what the configured threads need of the machine and says what is missing, with the command that mends it. */
final class ThreadsPreflight {
    private static final String CPUS = "/sys/devices/system/cpu";
    private static final int CAP_IPC_LOCK = 14;
    private static final int CAP_SYS_NICE = 23;
    private static final long WHOLE_LATENCY_US = 20;

    private final HostFiles files;

    /** For a machine whose {@code /proc} and {@code /sys} are under {@code root}. */
    ThreadsPreflight(Path root) {
        files = new HostFiles(root);
    }

    List<Finding> check(ThreadingConfig config) {
        List<Finding> findings = new ArrayList<>();
        findings.add(cpuCount(config));
        config.cpus()
                .ifPresent(set -> set.cpus().forEach(cpu -> {
                    findings.addAll(new CorePreflight(files).check(cpu));
                    findings.add(siblings(cpu));
                    findings.addAll(sleepStates(cpu));
                }));
        if (config.cpus().isPresent()) {
            findings.add(nodes(config));
        }
        findings.add(realTime(config));
        findings.add(memoryLock(config));
        findings.add(hugePages());
        findings.add(clock());
        return findings;
    }

    private Finding cpuCount(ThreadingConfig config) {
        int online = HostFiles.cpus(files.text(CPUS + "/online").orElse("")).cardinality();
        String seen = online + " CPUs for " + config.shards() + " shards";
        return config.mode() == ThreadingMode.DEDICATED && online <= config.shards()
                ? Finding.advice(
                        "CPUs",
                        seen + " that never park: none is left for the control plane, the JVM and the kernel",
                        "fewer of threading.cpus, or threading.mode=parking")
                : Finding.ok("CPUs", seen);
    }

    private Finding siblings(int cpu) {
        String list = files.text(CPUS + "/cpu" + cpu + "/topology/thread_siblings_list")
                .orElse(Integer.toString(cpu));
        return HostFiles.cpus(list).cardinality() > 1
                ? Finding.advice(
                        "core " + cpu,
                        "shares its execution units with CPUs " + list + " (SMT)",
                        "echo off > " + CPUS + "/smt/control")
                : Finding.ok("core " + cpu, "no SMT sibling");
    }

    private List<Finding> sleepStates(int cpu) {
        String base = CPUS + "/cpu" + cpu + "/cpuidle";
        List<Finding> findings = new ArrayList<>();
        for (String state : files.names(base)) {
            long latencyUs = files.number(base + "/" + state + "/latency", 0);
            if (latencyUs > WHOLE_LATENCY_US && files.number(base + "/" + state + "/disable", 0) == 0) {
                findings.add(Finding.advice(
                        "core " + cpu,
                        "may sleep in a state that takes " + latencyUs + " µs to leave",
                        "echo 1 > " + base + "/" + state + "/disable"));
            }
        }
        return findings;
    }

    private Finding nodes(ThreadingConfig config) {
        BitSet used = new BitSet();
        for (String node : files.names("/sys/devices/system/node")) {
            if (node.matches("node[0-9]+")) {
                BitSet cpus = HostFiles.cpus(files.text("/sys/devices/system/node/" + node + "/cpulist")
                        .orElse(""));
                if (config.cpus().orElseThrow().cpus().stream().anyMatch(cpus::get)) {
                    used.set(Integer.parseInt(node.substring("node".length())));
                }
            }
        }
        if (used.cardinality() > 1) {
            return Finding.advice(
                    "NUMA", "the shards' CPUs lie on the nodes " + used, "CPUs of one node for threading.cpus");
        }
        boolean elsewhere = config.numaNode() >= 0 && !used.isEmpty() && !used.get(config.numaNode());
        return elsewhere
                ? Finding.advice(
                        "NUMA",
                        "memory from node " + config.numaNode() + ", CPUs on node " + used,
                        "threading.numa.node=" + used.nextSetBit(0))
                : Finding.ok("NUMA", "the shards' CPUs lie on one node");
    }

    private Finding realTime(ThreadingConfig config) {
        String limit = limit("Max realtime priority");
        boolean mayHave = hasCapability(CAP_SYS_NICE) || atLeast(limit, Math.max(1, config.priority()));
        long runtimeUs = files.number("/proc/sys/kernel/sched_rt_runtime_us", -1);
        if (!mayHave) {
            String seen = "limit of the real-time priority is " + limit;
            String mend =
                    "ulimit -r 99, or '* - rtprio 99' in /etc/security/limits.conf, or LimitRTPRIO=99 in the unit";
            return config.priority() > 0
                    ? Finding.missing("real time", seen, mend)
                    : Finding.advice("real time", seen + "; threading.priority cannot be used", mend);
        }
        if (config.priority() > 0 && config.spinUs() < 0 && runtimeUs >= 0) {
            return Finding.advice(
                    "real time",
                    "the kernel takes a real-time thread that never parks off its core for a part of each second",
                    "echo -1 > /proc/sys/kernel/sched_rt_runtime_us");
        }
        return Finding.ok("real time", "priorities may be set");
    }

    private Finding memoryLock(ThreadingConfig config) {
        String limit = limit("Max locked memory");
        if (hasCapability(CAP_IPC_LOCK) || "unlimited".equals(limit)) {
            return Finding.ok("locked memory", "unlimited");
        }
        String seen = "limit of locked memory is " + limit + " bytes";
        String mend = "ulimit -l unlimited, or LimitMEMLOCK=infinity in the unit";
        return config.lockMemory()
                ? Finding.missing("locked memory", seen, mend)
                : Finding.advice("locked memory", seen + "; threading.lock.memory cannot be used", mend);
    }

    private Finding hugePages() {
        String enabled =
                files.text("/sys/kernel/mm/transparent_hugepage/enabled").orElse("absent");
        return enabled.contains("[never]") || "absent".equals(enabled)
                ? Finding.advice(
                        "huge pages",
                        "transparent huge pages are off: -XX:+UseTransparentHugePages has no effect on the heap",
                        "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled")
                : Finding.ok(
                        "huge pages",
                        enabled + "; TICKWIRE_JAVA_OPTS=-XX:+UseTransparentHugePages gives them to the heap");
    }

    private Finding clock() {
        String path = "/sys/devices/system/clocksource/clocksource0/";
        String source = files.text(path + "current_clocksource").orElse("?");
        boolean fast = List.of("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page")
                .contains(source);
        return fast
                ? Finding.ok("clock", source)
                : Finding.advice(
                        "clock",
                        source + ": reading it is a system call",
                        "echo tsc > " + path + "current_clocksource");
    }

    private String limit(String name) {
        return files.text("/proc/self/limits")
                .orElse("")
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split("\\s+", -1)[0])
                .findFirst()
                .orElse("unknown");
    }

    private static boolean atLeast(String limit, int priority) {
        return "unlimited".equals(limit) || (limit.matches("[0-9]{1,9}") && Integer.parseInt(limit) >= priority);
    }

    private boolean hasCapability(int bit) {
        String mask = files.field("/proc/self/status", "CapEff").orElse("0");
        return (Long.parseUnsignedLong(mask, 16) >>> bit & 1) == 1;
    }
}
