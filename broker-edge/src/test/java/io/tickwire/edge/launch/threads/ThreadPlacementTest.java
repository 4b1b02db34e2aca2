package io.tickwire.edge.launch.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickwire.edge.config.ConfigException;
import io.tickwire.edge.config.CpuSet;
import io.tickwire.edge.config.ThreadingConfig;
import io.tickwire.edge.config.ThreadingMode;
import io.tickwire.net.dpdk.CpuAffinity;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ThreadPlacementTest {
    private static ThreadPlacement placement(int cpu) {
        return new ThreadPlacement(new ThreadingConfig(
                ThreadingMode.PARKING, 1, 0, Optional.of(new CpuSet(List.of(cpu))), Optional.empty(), 0, false, -1));
    }

    private static <T> T onThread(Callable<T> body) throws Exception {
        FutureTask<T> task = new FutureTask<>(body);
        new Thread(task).start();
        return task.get();
    }

    @Test
    void shardsThreadRunsOnItsCpuOnly() throws Exception {
        BitSet allowed = CpuAffinity.allowed();
        int cpu = allowed.length() - 1;
        BitSet bound = onThread(() -> {
            placement(cpu).placeShard(0);
            return CpuAffinity.allowed();
        });
        assertEquals(cpu, bound.nextSetBit(0));
        assertEquals(1, bound.cardinality());
        assertEquals(allowed, CpuAffinity.allowed());
    }

    @Test
    void cpuThatIsNotThereIsAnOperatorsErrorThatNamesTheSetting() throws Exception {
        ConfigException refused = onThread(
                () -> assertThrows(ConfigException.class, () -> placement(4000).placeShard(0)));
        assertTrue(refused.getMessage().contains("threading.cpus"), refused.getMessage());
        assertTrue(refused.getMessage().contains("threads check"), refused.getMessage());
    }
}
