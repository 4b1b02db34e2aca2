/*
 * tickwire_soak DIRECTORY TOPIC PARTITION FROM SEED: subscribes and says what it gets, pausing at random: "r OFFSET CRC" (CRC-32C of key, then value),
 * "c FROM TO" for a compressed batch, "g FROM TO CAUSE" for a gap. Ends when standard output does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tickwire_subscribe.h"

static uint64_t random_state;

static uint64_t next_random(uint64_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % bound;
}

static void rest(uint64_t most_ns) {
    const struct timespec pause = {0, (long)next_random(most_ns)};
    nanosleep(&pause, NULL);
}

static uint32_t crc_of(tw_subscription *subscription, const tw_record *record) {
    uint8_t bytes[65536];
    uint32_t (*table)[256] = subscription->journal.manifest.crc_table;
    if ((size_t)record->key_length + record->value_length > sizeof bytes) {
        return 0;
    }
    if (record->key_length > 0) {
        memcpy(bytes, record->key, record->key_length);
    }
    if (record->value_length > 0) {
        memcpy(bytes + record->key_length, record->value, record->value_length);
    }
    return tw_crc(table, bytes, (size_t)record->key_length + record->value_length);
}

int main(int argc, char **argv) {
    if (argc != 6) {
        return 2;
    }
    random_state = strtoull(argv[5], NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    tw_settings settings;
    memset(&settings, 0, sizeof settings);
    settings.directory = argv[1];
    settings.topic = argv[2];
    settings.partition = (uint32_t)strtoul(argv[3], NULL, 10);
    settings.from = strtoll(argv[4], NULL, 10);
    settings.patience_ns = INT64_C(60000000000); /* a slow machine is no gap */
    tw_subscription subscription;
    if (tw_guard_install() != TW_OK || tw_subscribe(&subscription, &settings) != TW_OK) {
        return 1;
    }
    int rc = TW_EMPTY;
    while (rc >= 0 && !ferror(stdout)) {
        tw_record record;
        rc = tw_poll_guarded(&subscription, &record);
        if (rc == TW_RECORD) {
            printf("r %lld %u\n", (long long)record.offset, crc_of(&subscription, &record));
            if (next_random(500) == 0) {
                rest(20000000);
            }
        } else if (rc == TW_COMPRESSED || rc == TW_GAP) {
            printf("%c %lld %lld %u\n", rc == TW_GAP ? 'g' : 'c', (long long)record.offset, (long long)record.last_offset + 1,
                record.flags);
        } else {
            fflush(stdout);
            rest(100000);
        }
    }
    fprintf(stderr, "ended with %d\n", rc);
    return 3;
}
