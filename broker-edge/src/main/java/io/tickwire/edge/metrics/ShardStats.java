package io.tickwire.edge.metrics;

/** One shard's histograms, by stage. The shard's thread records. */
@SuppressWarnings("EnumOrdinal") // The stages are the layout, and written and read by one version only.
public final class ShardStats {
    private final LatencyHistogram[] byStage = new LatencyHistogram[Stage.values().length];

    ShardStats(StatsFile file, int shard) {
        for (Stage stage : Stage.values()) {
            byStage[stage.ordinal()] = file.histogram(shard, stage);
        }
    }

    /** Histograms that nobody else sees. */
    public static ShardStats unshared() {
        return StatsFile.inMemory(1).shard(0);
    }

    /** The histogram of a stage. */
    public LatencyHistogram of(Stage stage) {
        return byStage[stage.ordinal()];
    }
}
