package io.tickwire.compat.bench.hotpath;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * One contender's rounds with one load. A percentile is the median over the rounds of each round's percentile: a round in which the machine
 * did something else moves it little, for all contenders alike. The maximum is over all rounds.
 */
final class RoundResults {
    private final Load load;
    private final List<Result> rounds = new ArrayList<>();

    RoundResults(Load load) {
        this.load = load;
    }

    void add(Result result) {
        rounds.add(result);
    }

    Load load() {
        return load;
    }

    /** In ns. */
    long percentile(double percentile) {
        long[] sorted = rounds.stream()
                .mapToLong(round -> round.histogram().getValueAtPercentile(percentile))
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    /** In ns. */
    long max() {
        return rounds.stream()
                .mapToLong(round -> round.histogram().getMaxValue())
                .max()
                .orElseThrow();
    }

    /** Messages sent and not received. */
    long lost() {
        return rounds.size() * load.messages() - sum(rounds.stream().mapToLong(Result::received));
    }

    long outOfOrder() {
        return sum(rounds.stream().mapToLong(Result::outOfOrder));
    }

    private static long sum(LongStream values) {
        return values.sum();
    }
}
