package io.tickwire.compat.faults;

import java.util.Map;
import java.util.TreeMap;

/** A history in a few lines, for the one who runs it. */
final class Summary {

    private Summary() {}

    static String of(History history, String target, long seed) {
        Map<Outcome, Integer> appends = new TreeMap<>();
        history.appends().forEach(append -> appends.merge(append.outcome(), 1, Integer::sum));
        Map<Outcome, Integer> transactions = new TreeMap<>();
        history.transactions().forEach(transaction -> transactions.merge(transaction.outcome(), 1, Integer::sum));
        Map<Outcome, Integer> commits = new TreeMap<>();
        history.commits().forEach(commit -> commits.merge(commit.outcome(), 1, Integer::sum));
        int left = history.finalReads().stream()
                .mapToInt(read -> read.values().size())
                .sum();
        return "SUMMARY " + target + " seed " + seed + ": appends " + appends + ", transactions " + transactions
                + ", group commits " + commits + ", records read meanwhile "
                + history.reads().size() + ", in the end " + left + ", errors met " + history.errors();
    }
}
