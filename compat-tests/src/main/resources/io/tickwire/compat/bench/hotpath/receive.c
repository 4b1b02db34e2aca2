/*
 * The receiving loop of the benchmark in C, over tickwire_shm.h: as ReceiveLoop.java, message for message. Built as a shared library when the
 * benchmark starts; the process around it is the same as the other contenders'.
 */
#include "tickwire_shm.h"

#define QUIET_NS INT64_C(300000000)
#define FIRST_MESSAGE_SLEEP_NS 100000

void *hotpath_open(const char *directory, const char *topic);
int64_t hotpath_receive(void *opened, int64_t warmup, int64_t last, const int64_t *done, int64_t *latencies, int64_t *out_of_order);
void hotpath_close(void *opened);

static volatile uint64_t looked;

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int is_done(const int64_t *done) {
    return __atomic_load_n(done, __ATOMIC_ACQUIRE) != 0;
}

void *hotpath_open(const char *directory, const char *topic) {
    tw_reader *reader = (tw_reader *)malloc(sizeof *reader);
    if (reader != NULL && tw_open(reader, directory, topic, 0) != TW_OK) {
        free(reader);
        return NULL;
    }
    return reader;
}

/* Returns how many recorded messages came; their latencies in ns are in the array, which has room for all. */
int64_t hotpath_receive(void *opened, int64_t warmup, int64_t last, const int64_t *done, int64_t *latencies, int64_t *out_of_order) {
    tw_reader *reader = (tw_reader *)opened;
    tw_record record;
    int64_t received = 0;
    int64_t next = 0;
    int64_t quiet_since = 0;
    uint64_t sum = 0;
    for (;;) {
        const int result = tw_next(reader, &record);
        if (result == TW_RECORD) {
            int64_t sent;
            int64_t sequence;
            for (uint32_t at = 64; at < record.value_length; at += 64) {
                sum += record.value[at];
            }
            memcpy(&sent, record.value, sizeof sent);
            memcpy(&sequence, record.value + sizeof sent, sizeof sequence);
            const int64_t now = now_ns();
            *out_of_order += sequence < next;
            next = sequence + 1;
            if (sequence >= warmup) {
                latencies[received++] = now - sent;
            }
            quiet_since = now;
            if (sequence == last) {
                break;
            }
        } else if (result == TW_LAPPED) {
            (void)tw_rejoin(reader);
        } else if (result < 0 || result == TW_CLOSED) {
            break;
        } else if (quiet_since == 0) {
            /* A spinning thread of real-time priority would keep a busy machine from starting the sender. */
            const struct timespec nap = {0, FIRST_MESSAGE_SLEEP_NS};
            if (is_done(done)) {
                break;
            }
            nanosleep(&nap, NULL);
        } else if (is_done(done) && now_ns() - quiet_since > QUIET_NS) {
            break;
        }
    }
    looked = sum;
    return received;
}

void hotpath_close(void *opened) {
    if (opened != NULL) {
        tw_close((tw_reader *)opened);
        free(opened);
    }
}
