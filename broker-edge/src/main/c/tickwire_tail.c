/*
 * tickwire_tail: prints records of a topic-partition as "offset sequence key value exchange-time", key and value in hexadecimal, until COUNT offsets are accounted for, with
 * "gap FROM TO CAUSE" and "compressed FROM TO" for what is not delivered. Prints "ready" on standard error when attached. An example for
 * tickwire_subscribe.h, and half of its test.
 *
 *     cc -std=c11 -O2 -o tickwire_tail tickwire_tail.c
 *     tickwire_tail --from earliest --policy conflate --symbols AAPL,MSFT --itch /dev/shm/tickwire itch 0 1000
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tickwire_itch.h"
#include "tickwire_subscribe.h"

#define MAX_SYMBOLS 256

typedef struct {
    tw_settings settings;
    const char *symbols[MAX_SYMBOLS];
    int64_t count;
    bool quiet;
} options;

static int usage(const char *program) {
    fprintf(stderr,
        "usage: %s [--from latest|earliest|OFFSET] [--policy catch-up|skip|conflate|disconnect] [--symbols A,B,...]\n"
        "    [--slots N] [--data-dir DIRECTORY] [--itch] [--quiet] DIRECTORY TOPIC PARTITION COUNT\n",
        program);
    return 2;
}

static bool parse_policy(const char *name, tw_policy *policy) {
    static const char *const names[] = {"catch-up", "skip", "conflate", "disconnect"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            *policy = (tw_policy)i;
            return true;
        }
    }
    return false;
}

static bool parse_from(const char *text, int64_t *from) {
    char *end;
    *from = strcmp(text, "latest") == 0 ? TW_FROM_LATEST : strcmp(text, "earliest") == 0 ? TW_FROM_EARLIEST : strtoll(text, &end, 10);
    return *from < 0 || *end == '\0';
}

static bool parse_symbols(char *list, options *chosen) {
    for (char *symbol = strtok(list, ","); symbol != NULL; symbol = strtok(NULL, ",")) {
        if (chosen->settings.symbol_count == MAX_SYMBOLS) {
            return false;
        }
        chosen->symbols[chosen->settings.symbol_count++] = symbol;
    }
    chosen->settings.symbols = chosen->symbols;
    return true;
}

static bool parse(int argc, char **argv, options *chosen) {
    int at = 1;
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        const char *name = argv[at];
        if (strcmp(name, "--itch") == 0) {
            chosen->settings.feed_message = tw_itch50;
        } else if (strcmp(name, "--quiet") == 0) {
            chosen->quiet = true;
        } else if (++at == argc) {
            return false;
        } else if (strcmp(name, "--data-dir") == 0) {
            chosen->settings.data_directory = argv[at];
        } else if (strcmp(name, "--slots") == 0) {
            chosen->settings.conflation_slots = (uint32_t)strtoul(argv[at], NULL, 10);
        } else if (!(strcmp(name, "--from") == 0 && parse_from(argv[at], &chosen->settings.from))
            && !(strcmp(name, "--policy") == 0 && parse_policy(argv[at], &chosen->settings.policy))
            && !(strcmp(name, "--symbols") == 0 && parse_symbols(argv[at], chosen))) {
            return false;
        }
    }
    if (argc - at != 4) {
        return false;
    }
    chosen->settings.directory = argv[at];
    chosen->settings.topic = argv[at + 1];
    chosen->settings.partition = (uint32_t)strtoul(argv[at + 2], NULL, 10);
    chosen->count = strtoll(argv[at + 3], NULL, 10);
    return true;
}

static void print_hex(const uint8_t *bytes, uint32_t length) {
    if (bytes == NULL) {
        printf("-");
    }
    for (uint32_t i = 0; bytes != NULL && i < length; i++) {
        printf("%02x", bytes[i]);
    }
}

static void print_record(const tw_record *record) {
    printf("%lld %lld ", (long long)record->offset, (long long)record->feed_sequence);
    print_hex(record->key, record->key_length);
    printf(" ");
    print_hex(record->value, record->value_length);
    printf(" %lld\n", (long long)record->exchange_ns);
}

static void print_range(const char *what, const tw_record *record) {
    static const char *const causes[] = {
        "", "LAPPED", "IN_JOURNAL", "AWAY", "RETENTION", "JOURNAL_UNAVAILABLE", "TRUNCATED", "TOPIC_RECREATED"};
    printf("%s %lld %lld %s\n", what, (long long)record->offset, (long long)record->last_offset + 1, causes[record->flags & 7]);
}

static void pause_a_little(void) {
    const struct timespec pause = {0, 20000};
    fflush(stdout);
    nanosleep(&pause, NULL);
}

/* Whether COUNT offsets are accounted for and nothing waits. */
static bool is_done(const tw_subscription *subscription, const options *chosen) {
    return subscription->first >= 0 && subscription->expected >= subscription->first + chosen->count
        && subscription->conflator.head == subscription->conflator.tail && subscription->held == TW_EMPTY;
}

static int follow(tw_subscription *subscription, const options *chosen) {
    bool announced = false;
    int rc = TW_EMPTY;
    while (rc >= 0 && rc != TW_ENDED && !is_done(subscription, chosen)) {
        tw_record record;
        rc = tw_poll_guarded(subscription, &record);
        if (!announced && subscription->first >= 0) {
            announced = true;
            fprintf(stderr, "ready\n");
        }
        if (rc == TW_RECORD && !chosen->quiet) {
            print_record(&record);
        } else if (rc == TW_GAP) {
            print_range("gap", &record);
        } else if (rc == TW_COMPRESSED) {
            print_range("compressed", &record);
        } else if (rc == TW_EMPTY) {
            pause_a_little();
        }
    }
    return rc;
}

int main(int argc, char **argv) {
    options chosen;
    memset(&chosen, 0, sizeof chosen);
    chosen.settings.from = TW_FROM_LATEST;
    if (!parse(argc, argv, &chosen)) {
        return usage(argv[0]);
    }
    tw_subscription subscription;
    int rc = tw_guard_install();
    rc = rc == TW_OK ? tw_subscribe(&subscription, &chosen.settings) : rc;
    if (rc != TW_OK) {
        fprintf(stderr, "cannot subscribe: %d\n", rc);
        return 1;
    }
    rc = follow(&subscription, &chosen);
    if (rc < 0) {
        fprintf(stderr, rc == TW_ERR_CORRUPT ? "damaged ring\n" : "cannot read: %d\n", rc);
    }
    const tw_counters *counters = &subscription.counters;
    fprintf(stderr, "delivered %llu, from the journal %llu, filtered %llu, conflated %llu, laps %llu, gaps %llu, restarts %llu\n",
        (unsigned long long)counters->delivered, (unsigned long long)counters->from_journal, (unsigned long long)counters->filtered,
        (unsigned long long)counters->conflated, (unsigned long long)counters->laps, (unsigned long long)counters->gaps,
        (unsigned long long)counters->restarts);
    tw_unsubscribe(&subscription);
    return rc == TW_ENDED ? 3 : rc < 0 ? 4 : 0;
}
