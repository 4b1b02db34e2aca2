/*
 * tickwire_publish.h: writes records into one topic-partition of a Tickwire broker on this machine, through shared memory, and learns their
 * offsets. Header only, C11 (and C++), POSIX, no dependencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread per tw_publisher. An answer comes when the record is behind the partition's high watermark, as with acks=all. The byte layout is
 * described in docs/shared-memory.md.
 *
 *     tw_publisher publisher;
 *     if (tw_publisher_open(&publisher, "/dev/shm/tickwire", "orders", 0, 8 << 20, 1024) == TW_OK) {
 *         while (tw_publisher_state(&publisher) == TW_STATE_WAITING) pause();
 *         int64_t number = tw_offer(&publisher, 0, "key", 3, "value", 5);     // 1, 2, 3, ...
 *         tw_answer answer;
 *         while (tw_next_answer(&publisher, &answer) == TW_EMPTY) pause();
 *         use(answer.offset, answer.error);
 *         tw_publisher_close(&publisher);
 *     }
 */
#ifndef TICKWIRE_PUBLISH_H
#define TICKWIRE_PUBLISH_H

#include "tickwire_shm.h"

#define TW_PUBLISHER_MAGIC UINT64_C(0x31304C4255505754) /* "TWPUBL01" */
#define TW_PUBLISHER_FORMAT 1u
#define TW_PUBLISHER_MAX_CAPACITY (UINT64_C(64) << 20)
#define TW_SLOT_BYTES 32u

enum { TW_STATE_WAITING = 0 }; /* no broker has taken the file up yet; then TW_STATE_OPEN, and at the end another one */

/* Results of tw_offer besides the request's number. */
enum {
    TW_BACK_PRESSURED = -1, /* too much is unanswered: take answers and try again */
    TW_TOO_LARGE = -2,      /* longer than an eighth of the ring, or a key of more than 65,535 bytes */
    TW_NOT_OPEN = -3        /* see tw_publisher_state and tw_publisher_error */
};

enum {
    TW_PUB_SLOTS = 320,
    TW_PUB_PID = 328,
    TW_PUB_STATE = 1024,
    TW_PUB_ERROR = 1028,
    TW_PUB_HEARTBEAT = 1040,
    TW_PUB_HEAD = 1280
};

typedef struct {
    uint8_t *base;
    size_t mapped_bytes;
    int fd; /* locked as long as this process lives: closing any descriptor of the file gives the lock up */
    uint64_t capacity;
    uint64_t slots;
    uint64_t chunk;
    uint64_t tail;
    uint64_t limit;
    uint64_t head;
    int64_t last_number;
    int64_t last_answered;
} tw_publisher;

typedef struct {
    int64_t number;
    int64_t offset;         /* Kafka offset, -1 with an error */
    int64_t append_time_ms; /* where the topic has LogAppendTime, else -1 */
    int32_t error;          /* Kafka's error code, 0 for none */
} tw_answer;

static inline void tw_store64(uint8_t *at, uint64_t value) {
    __atomic_store_n((uint64_t *)(void *)at, value, __ATOMIC_RELAXED);
}

static inline void tw_store64_release(uint8_t *at, uint64_t value) {
    __atomic_store_n((uint64_t *)(void *)at, value, __ATOMIC_RELEASE);
}

static inline void tw_store32_release(uint8_t *at, uint32_t value) {
    __atomic_store_n((uint32_t *)(void *)at, value, __ATOMIC_RELEASE);
}

/* Writes the space instead of leaving a hole, so that a full file system is an error here and not SIGBUS later. */
static inline int tw_fill(int fd, size_t bytes) {
    static const uint8_t zeros[4096] = {0};
    for (size_t done = 0; done < bytes;) {
        const size_t step = bytes - done < sizeof zeros ? bytes - done : sizeof zeros;
        const ssize_t written = write(fd, zeros, step);
        if (written <= 0) {
            return TW_ERR_SYSTEM;
        }
        done += (size_t)written;
    }
    return TW_OK;
}

static inline void tw_publisher_header(tw_publisher *publisher, const char *topic, uint32_t partition) {
    uint8_t *base = publisher->base;
    const size_t topic_length = strlen(topic);
    tw_store32_release(base + TW_RING_VERSION, TW_PUBLISHER_FORMAT);
    tw_store32_release(base + 12, TW_HEADER_BYTES);
    tw_store64(base + TW_RING_CAPACITY, publisher->capacity);
    tw_store32_release(base + TW_RING_PARTITION, partition);
    tw_store32_release(base + 52, (uint32_t)publisher->chunk);
    tw_store32_release(base + TW_RING_TOPIC_LENGTH, (uint32_t)topic_length);
    memcpy(base + TW_RING_TOPIC, topic, topic_length);
    tw_store32_release(base + TW_PUB_SLOTS, (uint32_t)publisher->slots);
    tw_store64(base + TW_PUB_PID, (uint64_t)getpid());
    tw_store64(base + TW_PUB_HEAD, publisher->capacity);
    tw_store64(base + TW_RING_LIMIT, publisher->limit);
    tw_store32_release(base + TW_RING_STATE, TW_STATE_OPEN);
    tw_store64(base + TW_RING_TAIL, publisher->tail);
    tw_store64(base + TW_RING_NEXT_OFFSET, 1);
    tw_store64(base + TW_HEADER_BYTES, TW_NOT_COMMITTED);
    tw_store64_release(base, TW_PUBLISHER_MAGIC);
}

/*
 * Makes the publisher's file in the broker's shm.dir. Capacity is a power of two from 64 KiB to 64 MiB, slots (requests that may be
 * unanswered) one from 8 to 65,536.
 */
static inline int tw_publisher_open(
    tw_publisher *publisher, const char *directory, const char *topic, uint32_t partition, uint64_t capacity, uint64_t slots) {
    char unfinished[4096];
    char finished[4096];
    memset(publisher, 0, sizeof *publisher);
    publisher->fd = -1;
    if (capacity < TW_MIN_CAPACITY || capacity > TW_PUBLISHER_MAX_CAPACITY || (capacity & (capacity - 1)) != 0
        || slots < 8 || slots > 65536 || (slots & (slots - 1)) != 0 || topic[0] == '\0' || strlen(topic) > 249) {
        return TW_ERR_INVALID;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const int written = snprintf(unfinished, sizeof unfinished, "%s/publishers/new-%ld-%lld-%ld", directory, (long)getpid(),
        (long long)now.tv_sec, now.tv_nsec);
    const int also = snprintf(finished, sizeof finished, "%s/publishers/publisher-%ld-%lld-%ld", directory, (long)getpid(),
        (long long)now.tv_sec, now.tv_nsec);
    if (written >= (int)sizeof unfinished || also >= (int)sizeof finished) {
        return TW_ERR_NOT_FOUND;
    }
    publisher->fd = open(unfinished, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (publisher->fd < 0) {
        return TW_ERR_NOT_FOUND;
    }
    publisher->capacity = capacity;
    publisher->slots = slots;
    publisher->chunk = capacity >> 6 > 4096 ? capacity >> 6 : 4096;
    publisher->tail = capacity;
    publisher->head = capacity;
    publisher->limit = capacity + publisher->chunk;
    publisher->mapped_bytes = (size_t)(TW_HEADER_BYTES + capacity + slots * TW_SLOT_BYTES);
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    int rc = fcntl(publisher->fd, F_SETLK, &lock) == 0 ? tw_fill(publisher->fd, publisher->mapped_bytes) : TW_ERR_SYSTEM;
    if (rc == TW_OK) {
        void *mapped = mmap(NULL, publisher->mapped_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, publisher->fd, 0);
        if (mapped == MAP_FAILED) {
            rc = TW_ERR_SYSTEM;
        } else {
            publisher->base = (uint8_t *)mapped;
            tw_publisher_header(publisher, topic, partition);
            rc = rename(unfinished, finished) == 0 ? TW_OK : TW_ERR_SYSTEM;
        }
    }
    if (rc != TW_OK) {
        unlink(unfinished);
        tw_map_close(publisher->base, publisher->mapped_bytes);
        close(publisher->fd);
        memset(publisher, 0, sizeof *publisher);
        publisher->fd = -1;
    }
    return rc;
}

/* TW_STATE_WAITING, TW_STATE_OPEN, or another one once the broker has ended it: then what has no answer may or may not be written. */
static inline uint32_t tw_publisher_state(const tw_publisher *publisher) {
    return tw_load32(publisher->base + TW_PUB_STATE);
}

/* Kafka's error code with which the broker has ended it; 0 when the broker was shut down. */
static inline int32_t tw_publisher_error(const tw_publisher *publisher) {
    return (int32_t)tw_load32(publisher->base + TW_PUB_ERROR);
}

static inline void tw_raise_limit(tw_publisher *publisher, uint64_t needed) {
    if (needed > publisher->limit) {
        publisher->limit = (needed + publisher->chunk) & ~(publisher->chunk - 1);
        tw_store64(publisher->base + TW_RING_LIMIT, publisher->limit);
        __atomic_thread_fence(__ATOMIC_RELEASE);
    }
}

/*
 * Hands a record to the broker; a NULL key or value is Kafka's null. timestamp_ms is the record's, 0 for the time at which the broker takes it.
 * Returns the request's number, from 1 on without a gap, or a negative result.
 */
static inline int64_t tw_offer(tw_publisher *publisher, int64_t timestamp_ms, const void *key, uint32_t key_length,
    const void *value, uint32_t value_length) {
    if (tw_publisher_state(publisher) != TW_STATE_OPEN) {
        return TW_NOT_OPEN;
    }
    key_length = key == NULL ? 0 : key_length;
    value_length = value == NULL ? 0 : value_length;
    const uint64_t used = TW_FRAME_BODY + (uint64_t)key_length + value_length;
    if (used + TW_HEADERS_PREFIX > publisher->capacity >> 3 || key_length > 0xFFFF) {
        return TW_TOO_LARGE;
    }
    const uint64_t length = (used + TW_FRAME_ALIGNMENT - 1) & ~(uint64_t)(TW_FRAME_ALIGNMENT - 1);
    const uint64_t mask = publisher->capacity - 1;
    uint64_t index = publisher->tail & mask;
    const uint64_t to_end = publisher->capacity - index;
    const uint64_t padding = length > to_end ? to_end : 0;
    /* The limit is raised by up to a chunk beyond what is needed: that must not reach what the broker has not taken. */
    const uint64_t end = publisher->tail + padding + length + TW_FRAME_ALIGNMENT;
    if (end + publisher->chunk - publisher->capacity > publisher->head) {
        publisher->head = tw_load64_acquire(publisher->base + TW_PUB_HEAD);
    }
    if (end + publisher->chunk - publisher->capacity > publisher->head
        || (uint64_t)(publisher->last_number - publisher->last_answered) >= publisher->slots) {
        return TW_BACK_PRESSURED;
    }
    uint8_t *frames = publisher->base + TW_HEADER_BYTES;
    tw_raise_limit(publisher, end);
    if (padding != 0) {
        tw_store64(frames, TW_NOT_COMMITTED);
        tw_store64(frames + index + 8, padding | (uint64_t)TW_TYPE_PADDING << 32);
        tw_store64_release(frames + index, publisher->tail);
        publisher->tail += padding;
        index = 0;
    }
    tw_store64(frames + ((index + length) & mask), TW_NOT_COMMITTED);
    uint8_t *frame = frames + index;
    if (key_length > 0) {
        memcpy(frame + TW_FRAME_BODY, key, key_length);
    }
    if (value_length > 0) {
        memcpy(frame + TW_FRAME_BODY + key_length, value, value_length);
    }
    const uint64_t flags =
        (key == NULL ? (uint64_t)TW_FLAG_NULL_KEY : 0) | (value == NULL ? (uint64_t)TW_FLAG_NULL_VALUE : 0);
    publisher->last_number++;
    tw_store64(frame + 8, used | (uint64_t)TW_TYPE_RECORD << 32 | flags << 40 | (uint64_t)key_length << 48);
    tw_store64(frame + 16, (uint64_t)publisher->last_number);
    tw_store64(frame + 24, 0);
    tw_store64(frame + 32, (uint64_t)(timestamp_ms * 1000000));
    tw_store64(frame + 40, 0);
    tw_store64(frame + 48, 0);
    tw_store64(frame + 56, 0);
    tw_store64_release(frame, publisher->tail);
    publisher->tail += length;
    tw_store64_release(publisher->base + TW_RING_TAIL, publisher->tail);
    return publisher->last_number;
}

/* Takes the answer to the oldest request without one: TW_RECORD, or TW_EMPTY. */
static inline int tw_next_answer(tw_publisher *publisher, tw_answer *answer) {
    const int64_t number = publisher->last_answered + 1;
    if (number > publisher->last_number) {
        return TW_EMPTY;
    }
    const uint8_t *slot = publisher->base + TW_HEADER_BYTES + publisher->capacity
        + ((uint64_t)number & (publisher->slots - 1)) * TW_SLOT_BYTES;
    if ((int64_t)tw_load64_acquire(slot) != number) {
        return TW_EMPTY;
    }
    answer->number = number;
    answer->offset = (int64_t)tw_load64(slot + 8);
    answer->error = (int32_t)tw_load32(slot + 16);
    answer->append_time_ms = (int64_t)tw_load64(slot + 24);
    publisher->last_answered = number;
    return TW_RECORD;
}

/* Says goodbye: the broker takes what was offered, and then the file away. */
static inline void tw_publisher_close(tw_publisher *publisher) {
    if (publisher->base != NULL) {
        tw_store32_release(publisher->base + TW_RING_STATE, TW_STATE_CLOSED);
        tw_map_close(publisher->base, publisher->mapped_bytes);
        close(publisher->fd);
    }
    memset(publisher, 0, sizeof *publisher);
    publisher->fd = -1;
}

#endif
