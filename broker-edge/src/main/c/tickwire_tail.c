/*
 * tickwire_tail DIRECTORY TOPIC PARTITION COUNT: prints records of a channel as "offset sequence key value-in-hexadecimal" until COUNT offsets
 * are accounted for; "gap FROM TO" for what a lap or the journal kept from it. Prints "ready" on standard error when attached. An example for
 * tickwire_shm.h and the other half of its test.
 */
#include "tickwire_shm.h"

static void print_hex(const uint8_t *bytes, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        printf("%02x", bytes[i]);
    }
}

static void print_record(const tw_record *record) {
    printf("%lld %lld ", (long long)record->offset, (long long)record->feed_sequence);
    if (record->key == NULL) {
        printf("-");
    } else {
        print_hex(record->key, record->key_length);
    }
    printf(" ");
    if (record->value == NULL) {
        printf("-");
    } else {
        print_hex(record->value, record->value_length);
    }
    printf("\n");
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s DIRECTORY TOPIC PARTITION COUNT\n", argv[0]);
        return 2;
    }
    tw_reader reader;
    if (tw_guard_install() != TW_OK) {
        perror("SIGBUS");
        return 1;
    }
    const int rc = tw_open(&reader, argv[1], argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
    if (rc != TW_OK) {
        fprintf(stderr, "cannot open: %d\n", rc);
        return 1;
    }
    const int64_t first = tw_rejoin(&reader);
    const int64_t end = first + strtoll(argv[4], NULL, 10);
    int64_t expected = first;
    fprintf(stderr, "ready\n");
    int result = 0;
    while (result == 0 && expected < end) {
        tw_record record;
        switch (tw_next_guarded(&reader, &record)) {
        case TW_RECORD:
            /* After a lap the live end may be a little behind the offset it was announced with. */
            if (record.offset >= expected) {
                if (record.offset > expected) {
                    printf("gap %lld %lld\n", (long long)expected, (long long)record.offset);
                }
                print_record(&record);
                expected = record.offset + 1;
            }
            break;
        case TW_IN_JOURNAL:
            printf("gap %lld %lld\n", (long long)record.offset, (long long)record.last_offset + 1);
            expected = record.last_offset + 1;
            break;
        case TW_NO_RECORDS:
            expected = record.last_offset + 1;
            break;
        case TW_RETRACTED:
            if (expected > record.offset) {
                printf("retracted %lld\n", (long long)record.offset);
                expected = record.offset;
            }
            break;
        case TW_LAPPED: {
            const int64_t retracted = tw_missed_retraction(&reader);
            if (expected > retracted) {
                printf("retracted %lld\n", (long long)retracted);
                expected = retracted;
            }
            const int64_t next = tw_rejoin(&reader);
            if (next > expected) {
                printf("gap %lld %lld\n", (long long)expected, (long long)next);
                expected = next;
            }
            break;
        }
        case TW_EMPTY:
            break;
        case TW_CLOSED:
            result = 3;
            break;
        default:
            fprintf(stderr, "damaged ring\n");
            result = 4;
            break;
        }
    }
    tw_close(&reader);
    return result;
}
