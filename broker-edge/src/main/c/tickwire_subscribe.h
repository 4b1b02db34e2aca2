/*
 * tickwire_subscribe.h: reads one topic-partition of a Tickwire broker on this machine: history out of the journal first if wanted, then live out
 * of shared memory, in order, each record once. Goes on by itself after a lap, a restart of the broker, a kill. Header only, C11 (and
 * C++), POSIX, no dependencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread per tw_subscription. Every offset from the first on is handed out, or filtered or conflated away as asked, or inside a gap.
 *
 *     tw_settings settings = {0};
 *     settings.directory = "/dev/shm/tickwire";
 *     settings.topic = "itch";
 *     settings.from = TW_FROM_EARLIEST;
 *     tw_subscription subscription;
 *     int rc = tw_subscribe(&subscription, &settings);
 *     while (rc >= 0 && rc != TW_ENDED) {
 *         tw_record record;
 *         switch (rc = tw_poll(&subscription, &record)) {
 *         case TW_RECORD: use(record.value, record.value_length); break;
 *         case TW_EMPTY:  pause(); break;
 *         case TW_GAP:    lost(record.offset, record.last_offset, record.flags); break;
 *         case TW_COMPRESSED: elsewhere(record.offset, record.last_offset); break;
 *         }
 *     }
 *     tw_unsubscribe(&subscription);
 */
#ifndef TICKWIRE_SUBSCRIBE_H
#define TICKWIRE_SUBSCRIBE_H

#include "tickwire_conflate.h"
#include "tickwire_journal.h"

/* What else tw_poll returns besides TW_EMPTY, TW_RECORD, TW_GAP and TW_COMPRESSED: disconnected by policy. Comes again at every later call. */
enum { TW_ENDED = 11 };

/* When the writer is faster. */
typedef enum {
    TW_CATCH_UP = 0, /* read what was lost from the journal and join the ring again */
    TW_SKIP,         /* report the gap and go on at the live end */
    TW_CONFLATE,     /* catch up; while records wait for tw_poll, a later one of the same symbol replaces an earlier one */
    TW_DISCONNECT    /* report the gap and end */
} tw_policy;

#define TW_FROM_LATEST INT64_C(-1)
#define TW_FROM_EARLIEST INT64_C(-2)
#define TW_PATIENCE_NS (INT64_C(5) * 1000000000)
#define TW_CONFLATION_SLOTS 16384u
#define TW_MAX_JOURNAL_PATH 3072u

typedef struct {
    const char *directory; /* the broker's shm.dir */
    const char *topic;
    uint32_t partition;
    int64_t from; /* first offset wanted, TW_FROM_LATEST or TW_FROM_EARLIEST; beyond the log's end, TW_GAP says where it ends instead */
    tw_policy policy;
    const char *const *symbols; /* only records of these, up to 8 characters each; NULL for all */
    uint32_t symbol_count;
    bool unkeyed;                 /* with symbols: also records without an 8-byte key */
    const char *data_directory;   /* the broker's data.dir; NULL: where the broker says */
    uint32_t conflation_slots;    /* records that may wait; 0 for 16,384 */
    int64_t patience_ns;          /* how long the journal may be unreadable before it is a gap; 0 for 5 s */
    void (*feed_message)(tw_record *record); /* for feed records out of the journal, such as tw_itch50; NULL: all are kept, without exchange time */
} tw_settings;

/* What a subscription has seen. */
typedef struct {
    uint64_t delivered;
    uint64_t from_journal;
    uint64_t filtered;
    uint64_t conflated;
    uint64_t duplicates; /* frames whose records the journal had given already */
    uint64_t laps;
    uint64_t gaps;
    uint64_t restarts; /* times the broker came back */
} tw_counters;

enum { TW_WAITING = 0, TW_CATCHING_UP, TW_LIVE, TW_OVER };

typedef struct {
    tw_settings settings; /* its strings are copies */
    tw_counters counters;
    int64_t first;    /* offset it began at, -1 before the first attachment */
    int64_t expected; /* offset of the next record from ring or journal */
    int state;        /* TW_WAITING for a broker, TW_CATCHING_UP from the journal, TW_LIVE, TW_OVER */
    int ended_with;   /* once over: what every poll returns */
    tw_reader ring;
    uint64_t generation;
    int64_t journalled_before; /* what the ring left last said to be in the journal */
    uint64_t topic_id[2];
    tw_journal journal;
    bool reads_journal;
    /* What is being caught up. */
    int64_t hole_end;
    uint32_t hole_cause; /* when it is not read from the journal */
    bool hole_in_journal;
    bool stalled;
    int64_t stalled_since_ns;
    bool frame_pending; /* the ring's frame behind the hole waits */
    tw_record pending;
    /* How often to look for another broker. */
    int64_t next_look_ns;
    uint32_t idle_polls;
    tw_map symbols;
    tw_conflator conflator;
    int held; /* comes after the records that wait */
    tw_record held_record;
} tw_subscription;

static inline int64_t tw_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Reads a registry's header (4096 bytes); false when there is none of this version. */
static inline bool tw_registry_read(const char *directory, uint8_t *header) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/registry", directory) >= (int)sizeof path) {
        return false;
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const int64_t count = tw_read_at(fd, header, TW_HEADER_BYTES, 0);
    close(fd);
    return count == (int64_t)TW_HEADER_BYTES && tw_load64(header) == TW_REGISTRY_MAGIC
        && tw_load32(header + TW_REG_VERSION) == TW_REGISTRY_FORMAT;
}

/* Nanoseconds since the broker's last sign of life, INT64_MAX without a broker. It gives one every 100 ms. Opens a file: not for every poll. */
static inline int64_t tw_heartbeat_age_ns(const tw_subscription *subscription) {
    uint64_t header[TW_HEADER_BYTES / 8];
    if (!tw_registry_read(subscription->settings.directory, (uint8_t *)header)) {
        return INT64_MAX;
    }
    return tw_now_ns() - (int64_t)header[TW_REG_HEARTBEAT / 8];
}

static inline int tw_end(tw_subscription *subscription, int code) {
    subscription->state = TW_OVER;
    subscription->ended_with = code;
    return code;
}

static inline int tw_gap(tw_subscription *subscription, tw_record *record, int64_t next, uint32_t cause) {
    tw_range(record, TW_GAP, subscription->expected, next);
    record->flags = cause;
    subscription->expected = next;
    subscription->counters.gaps++;
    return TW_GAP;
}

/* Offsets up to end are not in the ring: they come from the journal, or are a gap. */
static inline int tw_start_hole(tw_subscription *subscription, int64_t end, uint32_t cause, bool in_journal) {
    subscription->hole_end = end;
    subscription->hole_cause = cause;
    subscription->hole_in_journal = in_journal;
    subscription->stalled = false;
    subscription->state = TW_CATCHING_UP;
    return TW_AGAIN;
}

static inline void tw_detach(tw_subscription *subscription) {
    subscription->journalled_before = tw_journalled(&subscription->ring);
    tw_close(&subscription->ring);
    subscription->state = TW_WAITING;
    subscription->frame_pending = false;
    subscription->next_look_ns = 0;
}

/* Whether what the ring and the journal still owe has been awaited for too long. */
static inline bool tw_out_of_patience(tw_subscription *subscription) {
    const int64_t now_ns = tw_now_ns();
    if (!subscription->stalled) {
        subscription->stalled = true;
        subscription->stalled_since_ns = now_ns;
    }
    return now_ns - subscription->stalled_since_ns > subscription->settings.patience_ns;
}

static inline int tw_journal_of(tw_subscription *subscription, const uint8_t *registry) {
    char path[TW_MAX_JOURNAL_PATH + 1];
    const char *directory = subscription->settings.data_directory;
    if (directory == NULL) {
        const uint32_t length = tw_load32(registry + TW_REG_JOURNAL_LENGTH);
        if (length < 1 || length > TW_MAX_JOURNAL_PATH) {
            return TW_ERR_NOT_FOUND;
        }
        memcpy(path, registry + TW_REG_JOURNAL, length);
        path[length] = '\0';
        directory = path;
    }
    tw_journal_close(&subscription->journal);
    const int rc = tw_journal_open(&subscription->journal, directory, subscription->settings.topic, subscription->settings.partition);
    memcpy(subscription->journal.manifest.topic_id, subscription->topic_id, sizeof subscription->topic_id);
    subscription->journal.feed_message = subscription->settings.feed_message;
    return rc;
}

/* Records from an offset on are no part of the log, though published: a gap if they were delivered. */
static inline int tw_on_retracted(tw_subscription *subscription, tw_record *record, int64_t first) {
    return first < subscription->expected ? tw_gap(subscription, record, first, TW_GAP_TRUNCATED) : TW_AGAIN;
}

/* Looks for the broker's ring, at most every 10 ms. */
static inline int tw_attach(tw_subscription *subscription, tw_record *record) {
    const int64_t now_ns = tw_now_ns();
    if (now_ns < subscription->next_look_ns) {
        return TW_EMPTY;
    }
    subscription->next_look_ns = now_ns + 10000000;
    uint64_t registry[TW_HEADER_BYTES / 8];
    const int rc = tw_open(&subscription->ring, subscription->settings.directory, subscription->settings.topic,
        subscription->settings.partition);
    if (rc != TW_OK) {
        return rc == TW_ERR_NOT_FOUND ? TW_EMPTY : tw_end(subscription, rc);
    }
    const uint64_t generation_before = subscription->generation;
    const uint64_t generation = tw_generation(&subscription->ring);
    if (!tw_registry_read(subscription->settings.directory, (uint8_t *)registry) || registry[TW_RING_GENERATION / 8] != generation) {
        tw_close(&subscription->ring); /* a broker comes or goes at this moment */
        return TW_EMPTY;
    }
    uint64_t topic_id[2];
    memcpy(topic_id, subscription->topic_id, sizeof topic_id);
    for (int i = 0; i < 2; i++) {
        subscription->topic_id[i] = tw_load64(subscription->ring.base + TW_RING_TOPIC_ID + 8 * i);
    }
    subscription->generation = generation;
    if (subscription->reads_journal && tw_journal_of(subscription, (const uint8_t *)registry) != TW_OK) {
        return tw_end(subscription, TW_ERR_NOT_FOUND);
    }
    const int64_t next = tw_rejoin(&subscription->ring);
    if (subscription->first < 0) {
        subscription->expected = subscription->settings.from == TW_FROM_LATEST ? next : subscription->settings.from;
        if (subscription->settings.from == TW_FROM_EARLIEST) {
            if (tw_manifest_read(&subscription->journal.manifest) != TW_RECORD) {
                const bool enough = tw_out_of_patience(subscription);
                tw_close(&subscription->ring);
                return enough ? tw_end(subscription, TW_ERR_NOT_FOUND) : TW_EMPTY;
            }
            subscription->expected = subscription->journal.manifest.log_start;
        }
        subscription->first = subscription->expected < next ? subscription->expected : next;
        tw_start_hole(subscription, next, TW_GAP_AWAY, subscription->reads_journal);
        return tw_on_retracted(subscription, record, next);
    }
    subscription->counters.restarts++;
    tw_start_hole(subscription, next, TW_GAP_AWAY, subscription->reads_journal);
    if (memcmp(topic_id, subscription->topic_id, sizeof topic_id) != 0) {
        return tw_gap(subscription, record, 0, TW_GAP_RECREATED);
    }
    return tw_on_retracted(
        subscription, record, tw_given_out_anew(&subscription->ring, generation_before, subscription->journalled_before));
}

/* While nothing comes: whether a broker that died without a word was replaced. Looks once a second. */
static inline bool tw_is_replaced(tw_subscription *subscription) {
    const int64_t now_ns = tw_now_ns();
    if (now_ns < subscription->next_look_ns) {
        return false;
    }
    subscription->next_look_ns = now_ns + 1000000000;
    uint64_t registry[TW_HEADER_BYTES / 8];
    return tw_registry_read(subscription->settings.directory, (uint8_t *)registry)
        && registry[TW_RING_GENERATION / 8] != subscription->generation;
}

/* The journal's records up to the end of the hole. */
static inline int tw_step_hole(tw_subscription *subscription, tw_record *record) {
    if (subscription->expected >= subscription->hole_end) {
        subscription->state = TW_LIVE;
        return TW_AGAIN;
    }
    if (!subscription->hole_in_journal) {
        return tw_gap(subscription, record, subscription->hole_end, subscription->hole_cause);
    }
    const int rc = tw_journal_next(&subscription->journal, subscription->expected, subscription->hole_end, record);
    switch (rc) {
    case TW_RECORD:
        subscription->counters.from_journal++;
        break;
    case TW_GAP:
        subscription->counters.gaps++;
        break;
    case TW_NO_RECORDS:
    case TW_COMPRESSED:
        break;
    case TW_AGAIN:
        return TW_AGAIN;
    default:
        if (tw_is_replaced(subscription)) {
            tw_detach(subscription);
        } else if (tw_out_of_patience(subscription)) {
            return tw_gap(subscription, record, subscription->hole_end, TW_GAP_UNAVAILABLE);
        }
        return TW_EMPTY;
    }
    subscription->stalled = false;
    subscription->expected = record->last_offset + 1;
    return rc == TW_NO_RECORDS ? TW_AGAIN : rc;
}

/* A record that the ring gave. */
static inline int tw_on_frame(tw_subscription *subscription, const tw_record *record) {
    if (record->offset == subscription->expected) {
        subscription->expected++;
        return TW_RECORD;
    }
    if (record->offset > subscription->expected) {
        subscription->pending = *record;
        subscription->frame_pending = true;
        return tw_start_hole(subscription, record->offset, TW_GAP_AWAY, subscription->reads_journal);
    }
    subscription->counters.duplicates++;
    return TW_AGAIN;
}

static inline int tw_on_lap(tw_subscription *subscription, tw_record *record) {
    const int64_t retracted = tw_missed_retraction(&subscription->ring);
    subscription->counters.laps++;
    const bool catches_up = subscription->settings.policy == TW_CATCH_UP || subscription->settings.policy == TW_CONFLATE;
    tw_start_hole(subscription, tw_rejoin(&subscription->ring), TW_GAP_LAPPED, catches_up);
    return tw_on_retracted(subscription, record, retracted);
}

static inline int tw_step_live(tw_subscription *subscription, tw_record *record) {
    if (subscription->frame_pending) {
        subscription->frame_pending = false;
        *record = subscription->pending;
        return tw_on_frame(subscription, record);
    }
    const int rc = tw_next(&subscription->ring, record);
    switch (rc) {
    case TW_RECORD:
        return tw_on_frame(subscription, record);
    case TW_EMPTY:
        if ((++subscription->idle_polls & 4095) == 0 && tw_is_replaced(subscription)) {
            tw_detach(subscription);
        }
        return TW_EMPTY;
    case TW_IN_JOURNAL:
        return record->last_offset < subscription->expected
            ? TW_AGAIN
            : tw_start_hole(subscription, record->last_offset + 1, TW_GAP_IN_JOURNAL, subscription->reads_journal);
    case TW_NO_RECORDS:
        if (record->offset > subscription->expected) {
            return tw_start_hole(subscription, record->offset, TW_GAP_AWAY, subscription->reads_journal);
        }
        if (record->last_offset >= subscription->expected) {
            subscription->expected = record->last_offset + 1;
        }
        return TW_AGAIN;
    case TW_LAPPED:
        return tw_on_lap(subscription, record);
    case TW_RETRACTED:
        return tw_on_retracted(subscription, record, record->offset);
    case TW_CLOSED:
        tw_detach(subscription);
        return TW_EMPTY;
    default:
        return tw_end(subscription, rc);
    }
}

static inline int tw_step(tw_subscription *subscription, tw_record *record) {
    switch (subscription->state) {
    case TW_LIVE:
        return tw_step_live(subscription, record);
    case TW_CATCHING_UP:
        return tw_step_hole(subscription, record);
    case TW_WAITING:
        return tw_attach(subscription, record);
    default:
        return subscription->ended_with;
    }
}

static inline bool tw_is_wanted(const tw_subscription *subscription, const tw_record *record) {
    if (subscription->symbols.keys == NULL) {
        return true;
    }
    if (!tw_has_symbol(record)) {
        return subscription->settings.unkeyed;
    }
    return subscription->symbols.values[tw_map_place(&subscription->symbols, tw_symbol(record))] >= 0;
}

/* The next record that is wanted, or whatever else there is to tell. */
static inline int tw_take(tw_subscription *subscription, tw_record *record) {
    for (int steps = 0; steps < 4096; steps++) {
        const int rc = tw_step(subscription, record);
        if (rc == TW_GAP && record->flags == TW_GAP_LAPPED && subscription->settings.policy == TW_DISCONNECT) {
            tw_end(subscription, TW_ENDED);
        }
        if (rc == TW_RECORD && !tw_is_wanted(subscription, record)) {
            subscription->counters.filtered++;
        } else if (rc != TW_AGAIN) {
            return rc;
        }
    }
    return TW_EMPTY;
}

static inline int tw_poll_conflating(tw_subscription *subscription, tw_record *record) {
    tw_conflator *conflator = &subscription->conflator;
    for (uint64_t i = 0; i < conflator->capacity && subscription->held == TW_EMPTY; i++) {
        if (conflator->tail - conflator->head == conflator->capacity) {
            break;
        }
        tw_record fresh;
        const int rc = tw_take(subscription, &fresh);
        if (rc == TW_EMPTY) {
            break;
        }
        if (rc == TW_RECORD) {
            const int offered = tw_conflator_offer(conflator, &fresh);
            if (offered < 0) {
                return tw_end(subscription, offered);
            }
            subscription->counters.conflated += (uint64_t)offered;
        } else {
            subscription->held = rc;
            subscription->held_record = fresh;
        }
    }
    if (tw_conflator_take(conflator, record)) {
        return TW_RECORD;
    }
    const int rc = subscription->held;
    *record = subscription->held_record;
    subscription->held = TW_EMPTY;
    return rc;
}

/*
 * What comes next: TW_RECORD, TW_EMPTY (nothing now), TW_GAP (flags: the cause), TW_COMPRESSED (offset to last_offset), TW_ENDED, or an error, which
 * is the end too. The record's pointers are valid until the next call. Bounded work, no system calls while live and busy.
 */
static inline int tw_poll(tw_subscription *subscription, tw_record *record) {
    const int rc =
        subscription->conflator.slots == NULL ? tw_take(subscription, record) : tw_poll_conflating(subscription, record);
    if (rc == TW_RECORD) {
        subscription->counters.delivered++;
    }
    return rc;
}

/* As tw_poll, after tw_guard_install: a ring that was cut off under the reader is TW_ERR_CORRUPT instead of SIGBUS. */
static inline int tw_poll_guarded(tw_subscription *subscription, tw_record *record) {
    sigjmp_buf target;
    if (sigsetjmp(target, 0) != 0) {
        tw_guard_target = NULL;
        return tw_end(subscription, TW_ERR_CORRUPT);
    }
    tw_guard_target = &target;
    const int rc = tw_poll(subscription, record);
    tw_guard_target = NULL;
    return rc;
}

static inline char *tw_copy_of(const char *text) {
    const size_t bytes = strlen(text) + 1;
    char *copy = (char *)malloc(bytes);
    return copy == NULL ? NULL : (char *)memcpy(copy, text, bytes);
}

static inline void tw_unsubscribe(tw_subscription *subscription) {
    tw_close(&subscription->ring);
    tw_journal_close(&subscription->journal);
    tw_map_free(&subscription->symbols);
    tw_conflator_free(&subscription->conflator);
    free((void *)(uintptr_t)subscription->settings.directory);
    free((void *)(uintptr_t)subscription->settings.topic);
    free((void *)(uintptr_t)subscription->settings.data_directory);
    memset(subscription, 0, sizeof *subscription);
    subscription->journal.fd = -1;
    tw_end(subscription, TW_ENDED);
}

/*
 * Begins a subscription; it attaches in tw_poll, when a broker has the topic-partition. TW_ERR_INVALID for settings that make no sense,
 * TW_ERR_SYSTEM without memory; nothing needs to be released then.
 */
static inline int tw_subscribe(tw_subscription *subscription, const tw_settings *settings) {
    memset(subscription, 0, sizeof *subscription);
    subscription->journal.fd = -1;
    if (settings->directory == NULL || settings->topic == NULL || settings->from < TW_FROM_EARLIEST
        || (settings->symbols == NULL) != (settings->symbol_count == 0)) {
        return TW_ERR_INVALID;
    }
    subscription->settings = *settings;
    subscription->settings.symbols = NULL;
    subscription->settings.directory = tw_copy_of(settings->directory);
    subscription->settings.topic = tw_copy_of(settings->topic);
    subscription->settings.data_directory = settings->data_directory == NULL ? NULL : tw_copy_of(settings->data_directory);
    subscription->settings.patience_ns = settings->patience_ns == 0 ? TW_PATIENCE_NS : settings->patience_ns;
    subscription->first = -1;
    subscription->reads_journal =
        settings->policy == TW_CATCH_UP || settings->policy == TW_CONFLATE || settings->from != TW_FROM_LATEST;
    int rc = subscription->settings.directory == NULL || subscription->settings.topic == NULL
            || (subscription->settings.data_directory == NULL) != (settings->data_directory == NULL)
        ? TW_ERR_SYSTEM
        : TW_OK;
    if (rc == TW_OK && settings->policy == TW_CONFLATE) {
        rc = tw_conflator_init(
            &subscription->conflator, settings->conflation_slots == 0 ? TW_CONFLATION_SLOTS : settings->conflation_slots);
    }
    if (rc == TW_OK && settings->symbol_count > 0) {
        rc = tw_map_init(&subscription->symbols, settings->symbol_count);
        for (uint32_t i = 0; rc == TW_OK && i < settings->symbol_count; i++) {
            const size_t length = strlen(settings->symbols[i]);
            if (length < 1 || length > 8) {
                rc = TW_ERR_INVALID;
            } else {
                tw_map_put(&subscription->symbols, tw_symbol_of(settings->symbols[i]), 0);
            }
        }
    }
    if (rc != TW_OK) {
        tw_unsubscribe(subscription);
    }
    return rc;
}

#endif
