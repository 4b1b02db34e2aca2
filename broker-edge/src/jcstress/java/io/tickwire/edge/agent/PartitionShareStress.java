package io.tickwire.edge.agent;

import io.tickwire.edge.connection.InternalErrors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A shard begins to wait for a partition while its owner appends: one sees the other. Results: appended data seen, signal delivered. */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "seen at the look after the wish")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "signalled")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "seen, and signalled too")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "lost wakeup: the fetch would wait for the next append")
@State
public class PartitionShareStress {
    private static final VarHandle HIGH_WATERMARK;

    static {
        try {
            HIGH_WATERMARK =
                    MethodHandles.lookup().findVarHandle(PartitionShareStress.class, "highWatermark", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ShardPeers owner = new ShardPeers(0, () -> {}, _ -> false, new InternalErrors());
    private final ShardPeers waiter = new ShardPeers(1, () -> {}, _ -> false, new InternalErrors());
    private final PartitionShare share;
    // As the log has it: stored with release order, loaded as volatile.
    private volatile long highWatermark;
    private boolean signalled;

    public PartitionShareStress() {
        ShardPeers.connect(List.of(owner, waiter));
        share = new PartitionShare(new PartitionSpec("t", Uuid.ZERO_UUID, 0, 0, null, PartitionSpec.Owner.SHARD), 0, 2);
    }

    @Actor
    public void owner() {
        HIGH_WATERMARK.setRelease(this, 1L);
        share.advanced(owner);
    }

    @Actor
    public void waiter(ZZ_Result result) {
        share.view(1).watch(new ShardPartition.Watcher() {
            @Override
            protected void onAdvance(ShardPartition partition) {
                signalled = true;
            }
        });
        result.r1 = highWatermark == 1;
    }

    @Arbiter
    public void delivery(ZZ_Result result) {
        int unused = waiter.doWork();
        assert unused >= 0;
        result.r2 = signalled;
    }
}
