/*
 * tickwire_publish: publishes numbered records through shared memory and prints the offsets that the broker gave them. Example of
 * tickwire_publish.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 *     cc -O2 -std=c11 -o tickwire_publish tickwire_publish.c && ./tickwire_publish /dev/shm/tickwire orders 0 10
 *
 * Each line: request number, offset, error. Exit status: 0 all answered without error, 1 usage, 2 not opened, 3 ended by the broker, 4 refused.
 */
#include "tickwire_publish.h"

static void rest(void) {
    const struct timespec briefly = {0, 50000};
    nanosleep(&briefly, NULL);
}

static int publish(tw_publisher *publisher, long count) {
    long offered = 0;
    long answered = 0;
    int status = 0;
    while (answered < count) {
        if (offered < count) {
            char key[32];
            char value[64];
            const int key_length = snprintf(key, sizeof key, "key%ld", offered);
            const int value_length = snprintf(value, sizeof value, "value%ld", offered);
            if (tw_offer(publisher, 0, key, (uint32_t)key_length, value, (uint32_t)value_length) > 0) {
                offered++;
            }
        }
        tw_answer answer;
        if (tw_next_answer(publisher, &answer) == TW_RECORD) {
            printf("%lld %lld %d\n", (long long)answer.number, (long long)answer.offset, (int)answer.error);
            status = answer.error == 0 ? status : 4;
            answered++;
        } else if (tw_publisher_state(publisher) != TW_STATE_OPEN) {
            fprintf(stderr, "ended by the broker: %d\n", (int)tw_publisher_error(publisher));
            return 3;
        }
    }
    return status;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: tickwire_publish SHM_DIR TOPIC PARTITION COUNT\n");
        return 1;
    }
    tw_publisher publisher;
    const int rc = tw_publisher_open(
        &publisher, argv[1], argv[2], (uint32_t)strtoul(argv[3], NULL, 10), UINT64_C(65536), 64);
    if (rc != TW_OK) {
        fprintf(stderr, "cannot open a publisher in %s: %d\n", argv[1], rc);
        return 2;
    }
    while (tw_publisher_state(&publisher) == TW_STATE_WAITING) {
        rest();
    }
    const int status = publish(&publisher, strtol(argv[4], NULL, 10));
    tw_publisher_close(&publisher);
    return status;
}
