package io.tickwire.edge.config;

import java.util.Optional;

/**
 * The shards' threads.
 *
 * @param mode how they use the machine
 * @param shards shards there are
 * @param spinUs how long an idle shard spins before it parks, in microseconds; -1 never parks
 * @param cpus CPUs of the shards, one each; empty leaves them to the kernel
 * @param controlCpus CPUs of all other threads; empty leaves them to the kernel
 * @param priority real-time priority of the shards (SCHED_FIFO); 0 is the ordinary scheduler
 * @param lockMemory keeps all memory of the process resident
 * @param numaNode node to take memory from; -1 leaves it to the kernel
 */
public record ThreadingConfig(
        ThreadingMode mode,
        int shards,
        int spinUs,
        Optional<CpuSet> cpus,
        Optional<CpuSet> controlCpus,
        int priority,
        boolean lockMemory,
        int numaNode) {
    static final ConfigKey<ThreadingMode> MODE = ConfigKey.of(
            "threading.mode",
            ConfigType.choice(ThreadingMode.class),
            "shared",
            "one shard that parks when idle, several that park, or several that never park, on cores of their own");
    static final ConfigKey<Integer> SHARDS = ConfigKey.of(
            "threading.shards",
            ConfigType.integer(0, 64),
            "0",
            "shards, each with its own connections, feeds and partitions; 0 makes one for each of threading.cpus, or one");
    static final ConfigKey<Integer> SPIN_US = ConfigKey.of(
            "threading.spin.us",
            ConfigType.integer(-1, 1_000_000),
            "0",
            "how long an idle shard spins before it parks; -1 never parks");
    static final ConfigKey<CpuSet> CPUS = ConfigKey.of(
            "threading.cpus",
            ConfigType.CPUS,
            "",
            "CPUs of the shards, one each, such as 2,3 or 4-7; by default the kernel's choice");
    static final ConfigKey<CpuSet> CONTROL_CPUS = ConfigKey.of(
            "threading.control.cpus",
            ConfigType.CPUS,
            "",
            "CPUs of all other threads, the JVM's own included; by default the kernel's choice");
    static final ConfigKey<Integer> PRIORITY = ConfigKey.of(
            "threading.priority",
            ConfigType.integer(0, 99),
            "0",
            "real-time priority of the shards (SCHED_FIFO); 0 is the ordinary scheduler");
    static final ConfigKey<Boolean> LOCK_MEMORY = ConfigKey.of(
            "threading.lock.memory",
            ConfigType.BOOL,
            "false",
            "keeps memory that was used once resident (mlockall), so that no page is swapped out");
    static final ConfigKey<Integer> NUMA_NODE = ConfigKey.of(
            "threading.numa.node",
            ConfigType.integer(-1, 1023),
            "-1",
            "NUMA node to take memory from while it has some; -1 is the kernel's choice, the node of the thread that touches it first");

    static ThreadingConfig load(Values values) {
        ThreadingMode mode = values.get(MODE);
        Optional<CpuSet> cpus = values.find(CPUS);
        int asked = values.get(SHARDS);
        int shards = asked > 0 ? asked : cpus.map(set -> set.cpus().size()).orElse(1);
        if (mode == ThreadingMode.SHARED && shards > 1) {
            throw ConfigException.of(
                    "threading.shards",
                    Integer.toString(shards),
                    "threading.mode=shared has one; several need mode parking or dedicated");
        }
        if (cpus.isPresent() && cpus.get().cpus().size() < shards) {
            throw ConfigException.of(
                    "threading.cpus", cpus.get().toString(), "needs one for each of " + shards + " shards");
        }
        if (mode == ThreadingMode.DEDICATED && cpus.isEmpty()) {
            throw ConfigException.of("threading.cpus", "", "threading.mode=dedicated needs one for each shard");
        }
        return new ThreadingConfig(
                mode,
                shards,
                mode == ThreadingMode.DEDICATED ? -1 : values.get(SPIN_US),
                cpus,
                values.find(CONTROL_CPUS),
                values.get(PRIORITY),
                values.get(LOCK_MEMORY),
                values.get(NUMA_NODE));
    }
}
