package io.tickwire.edge.launch.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.CpuSet;
import io.tickwire.edge.config.ThreadingConfig;
import io.tickwire.edge.config.ThreadingMode;
import io.tickwire.net.dpdk.Finding;
import io.tickwire.net.dpdk.Finding.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The preflight on a machine of four CPUs that is made of files. */
class ThreadsPreflightTest {
    @TempDir
    private Path root;

    @BeforeEach
    void goodMachine() throws IOException {
        file("sys/devices/system/cpu/online", "0-3");
        file("sys/devices/system/cpu/isolated", "2-3");
        file("sys/devices/system/cpu/nohz_full", "2-3");
        for (int cpu = 0; cpu < 4; cpu++) {
            file("sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list", Integer.toString(cpu));
        }
        file("sys/devices/system/node/node0/cpulist", "0-1");
        file("sys/devices/system/node/node1/cpulist", "2-3");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc");
        file("proc/sys/kernel/sched_rt_runtime_us", "-1");
        limits("99", "unlimited");
        file("proc/self/status", "CapEff:\t0000000000000000\nCpus_allowed_list:\t0-3");
    }

    private void limits(String priority, String locked) throws IOException {
        file(
                "proc/self/limits",
                "Limit                     Soft Limit           Hard Limit           Units\n"
                        + "Max locked memory         " + locked + "            " + locked + "            bytes\n"
                        + "Max realtime priority     " + priority + "                   " + priority);
    }

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<Finding> check(String cpus, int priority, boolean lock) {
        CpuSet set = CpuSet.parse(cpus);
        return new ThreadsPreflight(root)
                .check(new ThreadingConfig(
                        ThreadingMode.DEDICATED,
                        set.cpus().size(),
                        -1,
                        Optional.of(set),
                        Optional.empty(),
                        priority,
                        lock,
                        -1));
    }

    private static void assertFinding(List<Finding> findings, Status status, String subject, String mend) {
        assertTrue(
                findings.stream()
                        .anyMatch(finding -> finding.status() == status
                                && finding.subject().equals(subject)
                                && finding.mend().contains(mend)),
                findings::toString);
    }

    @Test
    void preparedMachineHasNothingToMend() {
        List<Finding> findings = check("2,3", 50, true);
        assertEquals(
                List.of(),
                findings.stream()
                        .filter(finding -> finding.status() != Status.OK)
                        .toList());
    }

    @Test
    void sharedCoreIsToldWithTheBootOptions() {
        assertFinding(check("1", 0, false), Status.ADVICE, "core 1", "isolcpus=");
    }

    @Test
    void smtSiblingIsTold() throws IOException {
        file("sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "2,3");
        assertFinding(check("2", 0, false), Status.ADVICE, "core 2", "smt/control");
    }

    @Test
    void deepSleepStateIsTold() throws IOException {
        file("sys/devices/system/cpu/cpu2/cpuidle/state3/latency", "200");
        file("sys/devices/system/cpu/cpu2/cpuidle/state3/disable", "0");
        assertFinding(check("2", 0, false), Status.ADVICE, "core 2", "cpuidle/state3/disable");
    }

    @Test
    void cpusOfTwoNodesAreTold() {
        assertFinding(check("1,2", 0, false), Status.ADVICE, "NUMA", "threading.cpus");
    }

    @Test
    void limitsThatForbidWhatIsConfiguredAreMissing() throws IOException {
        limits("0", "65536");
        assertFinding(check("2", 50, true), Status.MISSING, "real time", "rtprio");
        assertFinding(check("2", 50, true), Status.MISSING, "locked memory", "ulimit -l");
        assertFinding(check("2", 0, false), Status.ADVICE, "real time", "rtprio");
    }

    @Test
    void throttledRealTimeIsToldWhereThreadsNeverPark() throws IOException {
        file("proc/sys/kernel/sched_rt_runtime_us", "950000");
        assertFinding(check("2", 50, false), Status.ADVICE, "real time", "sched_rt_runtime_us");
    }

    @Test
    void hugePagesAndClockAreTold() throws IOException {
        file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet");
        assertFinding(check("2", 0, false), Status.ADVICE, "huge pages", "transparent_hugepage");
        assertFinding(check("2", 0, false), Status.ADVICE, "clock", "clocksource0");
    }
}
