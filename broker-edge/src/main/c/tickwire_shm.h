/*
 * tickwire_shm.h: reads a Tickwire shared-memory channel. Header only, C11, no dependencies but POSIX mmap.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One reader per tw_reader, one thread per reader; any number of readers per channel. No reader writes to the channel, so none can slow the
 * broker. A record handed out is a private copy that was verified after copying: it is whole. Being overtaken by the writer is TW_LAPPED,
 * exactly when it happened; the reader then stands at the live end and tells which offset it goes on from. The byte layout is described in
 * docs/shared-memory.md.
 *
 *     tw_reader reader;
 *     int rc = tw_open(&reader, "/dev/shm/tickwire", "itch", 0);
 *     while (rc == TW_OK) {
 *         tw_record record;
 *         switch (tw_next(&reader, &record)) {
 *         case TW_RECORD: use(record.value, record.value_length); break;
 *         case TW_EMPTY:  pause(); break;
 *         case TW_LAPPED: lost(tw_rejoin(&reader)); break;    // offsets up to the returned one were missed
 *         ...
 *         }
 *     }
 *     tw_close(&reader);
 *
 * A file that another process cuts off while it is mapped raises SIGBUS here as in any mmap program; only the broker's own user (or root)
 * can do that, and the broker never does. tw_guard_install and tw_next_guarded turn even that into TW_ERR_CORRUPT.
 */
#ifndef TICKWIRE_SHM_H
#define TICKWIRE_SHM_H

#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Tickwire rings are little-endian"
#endif

/* Results. */
enum {
    TW_OK = 0,
    TW_EMPTY = 0,          /* nothing new */
    TW_RECORD = 1,         /* a record was copied out */
    TW_IN_JOURNAL = 2,     /* offsets record.offset..record.last_offset are in the journal only (compressed, or too large for the ring) */
    TW_NO_RECORDS = 3,     /* offsets record.offset..record.last_offset hold no records (transaction markers) */
    TW_LAPPED = 4,         /* the writer overtook this reader: call tw_rejoin */
    TW_CLOSED = 5,         /* everything was read and the broker closed the channel or was replaced: open again, see tw_given_out_anew */
    TW_RETRACTED = 6,      /* offsets from record.offset on were published and not journalled: they are given out anew */
    TW_ERR_CORRUPT = -1,   /* the file does not hold what the protocol says */
    TW_ERR_NOT_FOUND = -2, /* no registry, or no open channel of this topic-partition */
    TW_ERR_INVALID = -3,   /* not a file of this version, or cut off */
    TW_ERR_SYSTEM = -4     /* see errno */
};

enum { TW_FLAG_NULL_KEY = 1, TW_FLAG_NULL_VALUE = 2, TW_FLAG_KEEP = 4, TW_FLAG_TRANSACTIONAL = 8, TW_FLAG_HEADERS = 16 };

#define TW_RING_MAGIC UINT64_C(0x3130474e49525754)     /* "TWRING01" */
#define TW_REGISTRY_MAGIC UINT64_C(0x3130494745525754) /* "TWREGI01" */
#define TW_RING_FORMAT 3u
#define TW_REGISTRY_FORMAT 1u
#define TW_HEADER_BYTES 4096u
#define TW_ENTRY_BYTES 512u
#define TW_FRAME_ALIGNMENT 64u
#define TW_FRAME_BODY 64u
#define TW_HEADERS_PREFIX 8u
#define TW_MIN_CAPACITY (UINT64_C(64) * 1024)
#define TW_MAX_CAPACITY (UINT64_C(1) << 30)
#define TW_NOT_COMMITTED UINT64_MAX

enum { TW_TYPE_RECORD = 1, TW_TYPE_PADDING = 2, TW_TYPE_IN_JOURNAL = 3, TW_TYPE_NO_RECORDS = 4, TW_TYPE_RETRACTED = 5 };
enum { TW_STATE_OPEN = 1, TW_STATE_CLOSED = 2, TW_STATE_SUPERSEDED = 3 };

/* Offsets of header fields. */
enum {
    TW_RING_VERSION = 8,
    TW_RING_CAPACITY = 16,
    TW_RING_GENERATION = 24,
    TW_RING_TOPIC_ID = 32,
    TW_RING_PARTITION = 48,
    TW_RING_EPOCH_OFFSET = 56,
    TW_RING_TOPIC_LENGTH = 64,
    TW_RING_TOPIC = 68,
    TW_RING_START_OFFSET = 336,
    TW_RING_PREVIOUS_GENERATION = 344,
    TW_RING_LIMIT = 512,
    TW_RING_STATE = 520,
    TW_RING_RETRACTIONS = 528,
    TW_RING_FIRST_RETRACTED = 536,
    TW_RING_TAIL = 768,
    TW_RING_NEXT_OFFSET = 776,
    TW_REG_VERSION = 8,
    TW_REG_ENTRY_CAPACITY = 20,
    TW_REG_STATE = 128,
    TW_REG_HEARTBEAT = 192,
    TW_REG_ENTRY_COUNT = 256,
    TW_REG_JOURNAL_LENGTH = 320,
    TW_REG_JOURNAL = 324
};

typedef struct {
    int64_t offset;        /* Kafka offset */
    int64_t last_offset;   /* end of a range, inclusive; equals offset for a record */
    int64_t feed_sequence; /* 0 when the record did not come from a feed */
    int64_t exchange_ns;   /* the four stamps: epoch nanoseconds, 0 when unknown */
    int64_t receive_ns;
    int64_t ingress_ns;
    int64_t publish_ns;
    const uint8_t *key; /* NULL for a null key */
    const uint8_t *value;
    const uint8_t *headers; /* as Kafka encodes them, one after another */
    uint32_t key_length;
    uint32_t value_length;
    uint32_t headers_length;
    uint32_t flags;
} tw_record;

typedef struct {
    const uint8_t *base;
    size_t mapped_bytes;
    uint64_t capacity;
    uint64_t cursor;
    uint64_t retractions_seen;
    uint64_t *copy; /* private, verified copy of the frame handed out */
    size_t copy_bytes;
} tw_reader;

/* The compilers' atomic builtins, as in gcc and clang, work in C and C++ alike. Shared words are read as relaxed atomics: no torn word, and nothing for a race detector to complain about. */
static inline uint64_t tw_load64(const uint8_t *at) {
    return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_RELAXED);
}

static inline uint64_t tw_load64_acquire(const uint8_t *at) {
    return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_ACQUIRE);
}

static inline uint32_t tw_load32(const uint8_t *at) {
    return __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_ACQUIRE);
}

static inline void tw_map_close(const uint8_t *base, size_t bytes) {
    if (base != NULL) {
        munmap((void *)(uintptr_t)base, bytes);
    }
}

/* Maps a file read-only; it must be at least min_bytes long. */
static inline int tw_map_file(const char *path, size_t min_bytes, const uint8_t **base, size_t *bytes) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? TW_ERR_NOT_FOUND : TW_ERR_SYSTEM;
    }
    struct stat status;
    if (fstat(fd, &status) != 0) {
        close(fd);
        return TW_ERR_SYSTEM;
    }
    if (status.st_size < 0 || (uint64_t)status.st_size < min_bytes) {
        close(fd);
        return TW_ERR_INVALID;
    }
    void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) {
        return TW_ERR_SYSTEM;
    }
    *base = (const uint8_t *)mapped;
    *bytes = (size_t)status.st_size;
    return TW_OK;
}

/* Opens a ring file; reading starts with the next record published. */
static inline int tw_open_ring(tw_reader *reader, const char *path) {
    memset(reader, 0, sizeof *reader);
    int rc = tw_map_file(path, TW_HEADER_BYTES + TW_MIN_CAPACITY, &reader->base, &reader->mapped_bytes);
    if (rc != TW_OK) {
        return rc;
    }
    const uint8_t *base = reader->base;
    reader->capacity = tw_load64(base + TW_RING_CAPACITY);
    if (tw_load64_acquire(base) != TW_RING_MAGIC || tw_load32(base + TW_RING_VERSION) != TW_RING_FORMAT
        || reader->capacity < TW_MIN_CAPACITY || reader->capacity > TW_MAX_CAPACITY
        || (reader->capacity & (reader->capacity - 1)) != 0
        || reader->mapped_bytes < TW_HEADER_BYTES + reader->capacity) {
        tw_map_close(base, reader->mapped_bytes);
        memset(reader, 0, sizeof *reader);
        return TW_ERR_INVALID;
    }
    reader->copy_bytes = (size_t)(reader->capacity >> 3);
    reader->copy = (uint64_t *)malloc(reader->copy_bytes);
    if (reader->copy == NULL) {
        tw_map_close(base, reader->mapped_bytes);
        memset(reader, 0, sizeof *reader);
        return TW_ERR_SYSTEM;
    }
    reader->retractions_seen = tw_load64_acquire(base + TW_RING_RETRACTIONS);
    reader->cursor = tw_load64_acquire(base + TW_RING_TAIL);
    return TW_OK;
}

/* True when the entry names this topic-partition; then file_name (at least 129 bytes) is filled. */
static inline bool tw_entry_matches(const uint8_t *entry, const char *topic, uint32_t partition, char *file_name) {
    const size_t topic_length = strlen(topic);
    if (tw_load32(entry) != 1 || tw_load32(entry + 4) != partition || tw_load32(entry + 32) != topic_length
        || topic_length > 249 || memcmp(entry + 36, topic, topic_length) != 0) {
        return false;
    }
    const uint32_t name_length = tw_load32(entry + 288);
    if (name_length < 1 || name_length > 128) {
        return false;
    }
    memcpy(file_name, entry + 292, name_length);
    file_name[name_length] = '\0';
    return strncmp(file_name, "ring-", 5) == 0 && strchr(file_name, '/') == NULL;
}

/* A registry's entry may be used again once closed: whether the ring found through it is this topic-partition's, and still written to. */
static inline bool tw_is_channel_of(const tw_reader *reader, const char *topic, uint32_t partition) {
    const size_t topic_length = strlen(topic);
    return tw_load32(reader->base + TW_RING_STATE) == TW_STATE_OPEN && tw_load32(reader->base + TW_RING_PARTITION) == partition
        && tw_load32(reader->base + TW_RING_TOPIC_LENGTH) == topic_length && topic_length <= 249
        && memcmp(reader->base + TW_RING_TOPIC, topic, topic_length) == 0;
}

static inline void tw_close(tw_reader *reader) {
    tw_map_close(reader->base, reader->mapped_bytes);
    free(reader->copy);
    memset(reader, 0, sizeof *reader);
}

/* Finds the channel of a topic-partition in the broker's shm.dir and opens it at its live end. */
static inline int tw_open(tw_reader *reader, const char *directory, const char *topic, uint32_t partition) {
    char path[4096];
    memset(reader, 0, sizeof *reader);
    if (snprintf(path, sizeof path, "%s/registry", directory) >= (int)sizeof path) {
        return TW_ERR_NOT_FOUND;
    }
    const uint8_t *base;
    size_t bytes;
    int rc = tw_map_file(path, TW_HEADER_BYTES, &base, &bytes);
    if (rc != TW_OK) {
        return rc;
    }
    rc = TW_ERR_INVALID;
    const uint64_t capacity = tw_load32(base + TW_REG_ENTRY_CAPACITY);
    if (tw_load64_acquire(base) == TW_REGISTRY_MAGIC && tw_load32(base + TW_REG_VERSION) == TW_REGISTRY_FORMAT
        && bytes >= TW_HEADER_BYTES + capacity * TW_ENTRY_BYTES) {
        rc = TW_ERR_NOT_FOUND;
        const uint32_t used = tw_load32(base + TW_REG_ENTRY_COUNT);
        char name[129];
        for (uint64_t i = 0; i < used && i < capacity && rc == TW_ERR_NOT_FOUND; i++) {
            if (tw_load32(base + TW_REG_STATE) == TW_STATE_OPEN
                && tw_entry_matches(base + TW_HEADER_BYTES + i * TW_ENTRY_BYTES, topic, partition, name)
                && snprintf(path, sizeof path, "%s/%s", directory, name) < (int)sizeof path) {
                rc = tw_open_ring(reader, path);
                if (rc == TW_OK && !tw_is_channel_of(reader, topic, partition)) {
                    tw_close(reader);
                    rc = TW_ERR_NOT_FOUND;
                }
            }
        }
    }
    tw_map_close(base, bytes);
    return rc;
}

/* After TW_LAPPED: goes to the live end. Offsets below the returned one that were not delivered are in the journal only. */
static inline int64_t tw_rejoin(tw_reader *reader) {
    reader->cursor = tw_load64_acquire(reader->base + TW_RING_TAIL);
    return (int64_t)tw_load64_acquire(reader->base + TW_RING_NEXT_OFFSET);
}

/*
 * After TW_LAPPED, before tw_rejoin: the lowest offset that may have been taken back in what was overwritten, or INT64_MAX. A reader that was
 * past it goes on from there, as after TW_RETRACTED.
 */
static inline int64_t tw_missed_retraction(tw_reader *reader) {
    const uint64_t retractions = tw_load64_acquire(reader->base + TW_RING_RETRACTIONS);
    if (retractions == reader->retractions_seen) {
        return INT64_MAX;
    }
    reader->retractions_seen = retractions;
    return (int64_t)tw_load64(reader->base + TW_RING_FIRST_RETRACTED);
}

/* Offset after the last record in the journal. Records handed out beyond it may be taken back. */
static inline int64_t tw_journalled(const tw_reader *reader) {
    return (int64_t)tw_load64_acquire(reader->base + TW_RING_NEXT_OFFSET);
}

static inline uint64_t tw_generation(const tw_reader *reader) {
    return tw_load64(reader->base + TW_RING_GENERATION);
}

/*
 * Where the offsets of a ring opened anew may stand for other records than the ring before held; a reader that was past it goes on from
 * there. What is asked for is tw_generation and tw_journalled of the ring before, taken before it was closed.
 */
static inline int64_t tw_given_out_anew(const tw_reader *reader, uint64_t generation_before, int64_t journalled_before) {
    const int64_t start = (int64_t)tw_load64(reader->base + TW_RING_START_OFFSET);
    const bool successor = tw_generation(reader) == generation_before
        || tw_load64(reader->base + TW_RING_PREVIOUS_GENERATION) == generation_before;
    return successor || start < journalled_before ? start : journalled_before;
}

/* Nanoseconds since the record's publish stamp, on the clock the broker stamped it with. */
static inline int64_t tw_age_ns(const tw_reader *reader, const tw_record *record) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t monotonic = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    return monotonic + (int64_t)tw_load64(reader->base + TW_RING_EPOCH_OFFSET) - record->publish_ns;
}

static inline bool tw_overrun(const tw_reader *reader, uint64_t position) {
    return (int64_t)(tw_load64(reader->base + TW_RING_LIMIT) - reader->capacity - position) > 0;
}

/* Fills the record from the private copy of a frame of this many bytes, padding not counted. */
static inline int tw_decode(tw_reader *reader, uint64_t used, tw_record *record) {
    const uint64_t *words = reader->copy;
    const uint8_t *body = (const uint8_t *)words + TW_FRAME_BODY;
    const uint32_t type = (uint32_t)(words[1] >> 32) & 0xFF;
    record->flags = (uint32_t)(words[1] >> 40) & 0xFF;
    record->key_length = (uint32_t)(words[1] >> 48);
    record->offset = (int64_t)words[2];
    record->feed_sequence = (int64_t)words[3];
    record->exchange_ns = (int64_t)words[4];
    record->receive_ns = (int64_t)words[5];
    record->ingress_ns = (int64_t)words[6];
    record->publish_ns = (int64_t)words[7];
    record->headers_length = 0;
    uint64_t taken = TW_FRAME_BODY + record->key_length;
    if ((record->flags & TW_FLAG_HEADERS) != 0) {
        if (used < TW_FRAME_BODY + TW_HEADERS_PREFIX) {
            return TW_ERR_CORRUPT;
        }
        record->headers_length = (uint32_t)words[8];
        taken += TW_HEADERS_PREFIX + (uint64_t)record->headers_length;
        body += TW_HEADERS_PREFIX;
    }
    if ((uint32_t)words[1] != used || taken > used) {
        return TW_ERR_CORRUPT;
    }
    record->value_length = (uint32_t)(used - taken);
    record->key = (record->flags & TW_FLAG_NULL_KEY) != 0 ? NULL : body;
    record->value = (record->flags & TW_FLAG_NULL_VALUE) != 0 ? NULL : body + record->key_length;
    record->headers = body + record->key_length + record->value_length;
    record->last_offset = record->offset;
    if (type == TW_TYPE_RECORD) {
        return TW_RECORD;
    }
    record->last_offset = record->feed_sequence;
    record->feed_sequence = 0;
    if (type == TW_TYPE_RETRACTED) {
        reader->retractions_seen++;
        return TW_RETRACTED;
    }
    return type == TW_TYPE_IN_JOURNAL ? TW_IN_JOURNAL : type == TW_TYPE_NO_RECORDS ? TW_NO_RECORDS : TW_ERR_CORRUPT;
}

/*
 * Takes the next frame. The record's pointers are valid until the next call with this reader.
 */
static inline int tw_next(tw_reader *reader, tw_record *record) {
    for (int hops = 0; hops < 2; hops++) {
        const uint64_t position = reader->cursor;
        const uint64_t index = position & (reader->capacity - 1);
        const uint8_t *frame = reader->base + TW_HEADER_BYTES + index;
        uint64_t word = tw_load64_acquire(frame);
        if (word != position) {
            if (tw_overrun(reader, position)) {
                return TW_LAPPED;
            }
            if (word != TW_NOT_COMMITTED) {
                return TW_ERR_CORRUPT;
            }
            if (tw_load32(reader->base + TW_RING_STATE) == TW_STATE_OPEN) {
                return TW_EMPTY;
            }
            /* What was committed between the look at the slot and the look at the state still counts. */
            word = tw_load64_acquire(frame);
            if (word != position) {
                return TW_CLOSED;
            }
        }
        const uint64_t second = tw_load64(frame + 8);
        const uint64_t used = second & 0xFFFFFFFFu;
        const uint64_t length = (used + TW_FRAME_ALIGNMENT - 1) & ~(uint64_t)(TW_FRAME_ALIGNMENT - 1);
        const bool padding = ((second >> 32) & 0xFF) == TW_TYPE_PADDING;
        const bool plausible = used >= TW_FRAME_BODY && length <= reader->capacity - index
            && (padding || length <= reader->copy_bytes);
        if (plausible && !padding) {
            for (uint64_t i = 0; i < length / 8; i++) {
                reader->copy[i] = tw_load64(frame + 8 * i);
            }
        }
        /* The loads above come before the look at the limit: pairs with the writer's release fence after it raised the limit. */
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (tw_overrun(reader, position)) {
            return TW_LAPPED;
        }
        if (!plausible || (padding && length != reader->capacity - index)) {
            return TW_ERR_CORRUPT;
        }
        reader->cursor = position + length;
        if (!padding) {
            return tw_decode(reader, used, record);
        }
    }
    return TW_ERR_CORRUPT;
}

/* Where this thread goes on when the memory it reads is gone; NULL outside tw_next_guarded. */
static __thread sigjmp_buf *tw_guard_target;

static inline void tw_guard_handler(int number) {
    if (tw_guard_target != NULL) {
        siglongjmp(*tw_guard_target, 1);
    }
    /* Not ours: as without this handler. */
    signal(number, SIG_DFL);
    raise(number);
}

/* Takes over SIGBUS for the whole process, once, before tw_next_guarded. */
static inline int tw_guard_install(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = tw_guard_handler;
    action.sa_flags = SA_NODEFER; /* left by siglongjmp, which does not restore the mask */
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, NULL) == 0 ? TW_OK : TW_ERR_SYSTEM;
}

/* As tw_next; a ring that was cut off under this reader is TW_ERR_CORRUPT instead of SIGBUS. Costs a few nanoseconds more. */
static inline int tw_next_guarded(tw_reader *reader, tw_record *record) {
    sigjmp_buf target;
    if (sigsetjmp(target, 0) != 0) {
        tw_guard_target = NULL;
        return TW_ERR_CORRUPT;
    }
    tw_guard_target = &target;
    const int result = tw_next(reader, record);
    tw_guard_target = NULL;
    return result;
}

#endif
