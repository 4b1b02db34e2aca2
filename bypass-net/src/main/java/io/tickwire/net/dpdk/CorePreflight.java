package io.tickwire.net.dpdk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Looks at what a CPU that is to be polled on needs, and says what is missing. Changes nothing. */
public final class CorePreflight {
    private final HostFiles files;

    /** For the machine that these files tell of. */
    public CorePreflight(final HostFiles files) {
        this.files = files;
    }

    /** Checks one CPU. */
    public List<Finding> check(final int core) {
        final String subject = "core " + core;
        final List<Finding> findings = new ArrayList<>();
        final String cpu = "/sys/devices/system/cpu/cpu" + core;
        if (!files.exists(cpu)) {
            return List.of(Finding.missing(
                    subject,
                    "there are only the CPUs "
                            + files.text("/sys/devices/system/cpu/present").orElse("?"),
                    "choose another core"));
        }
        final BitSet allowed = HostFiles.cpus(
                files.field("/proc/self/status", "Cpus_allowed_list").orElse(""));
        if (!allowed.get(core)) {
            findings.add(Finding.missing(
                    subject, "this process may only run on " + allowed, "taskset -c " + core + " tickwire start …"));
        }
        final boolean isolated = HostFiles.cpus(
                        files.text("/sys/devices/system/cpu/isolated").orElse(""))
                .get(core);
        final boolean tickless = HostFiles.cpus(
                        files.text("/sys/devices/system/cpu/nohz_full").orElse(""))
                .get(core);
        if (isolated && tickless) {
            findings.add(Finding.ok(subject, "isolated, without a tick"));
        } else {
            findings.add(Finding.advice(
                    subject,
                    (isolated ? "isolated" : "shared with other threads")
                            + (tickless ? "" : ", with the scheduler's tick"),
                    "boot with isolcpus=managed_irq,domain," + core + " nohz_full=" + core + " rcu_nocbs=" + core));
        }
        final Optional<String> governor = files.text(cpu + "/cpufreq/scaling_governor");
        if (governor.isPresent() && !governor.get().equals("performance")) {
            findings.add(Finding.advice(
                    subject,
                    "frequency governor " + governor.get(),
                    "echo performance > " + cpu + "/cpufreq/scaling_governor"));
        }
        return findings;
    }
}
