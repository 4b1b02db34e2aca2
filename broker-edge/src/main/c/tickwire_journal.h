/*
 * tickwire_journal.h: reads the journal of one topic-partition of a Tickwire broker, read-only, while the broker appends, rolls and deletes, or
 * while none runs. Header only, C11 (and C++), POSIX, no dependencies. One thread per tw_journal.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * tickwire_subscribe.h puts it together with the live ring. What lies where is described in storage/docs/storage.md. Files are read with
 * pread, not mapped: a file that is cut or deleted meanwhile is an end, never a signal. Every batch that is handed out has had its CRC-32C
 * and its place in the log checked.
 */
#ifndef TICKWIRE_JOURNAL_H
#define TICKWIRE_JOURNAL_H

#include "tickwire_manifest.h"

/* Results of tw_journal_next besides TW_RECORD, TW_EMPTY, TW_NO_RECORDS and the errors. */
enum {
    TW_GAP = 8,        /* offsets record.offset..record.last_offset will not be delivered; record.flags is the cause */
    TW_COMPRESSED = 9, /* offsets record.offset..record.last_offset are in a compressed batch, which this reader does not unpack */
    TW_AGAIN = 10      /* nothing yet, but there is more to look at: ask again */
};

/* Why offsets are not delivered. */
enum {
    TW_GAP_LAPPED = 1,  /* the writer overwrote them before they were read, and the policy is not to read the journal */
    TW_GAP_IN_JOURNAL,  /* only the journal has them, and the policy is not to read it */
    TW_GAP_AWAY,        /* they passed while the broker restarted, and the policy is not to read the journal */
    TW_GAP_RETENTION,   /* the journal no longer has them */
    TW_GAP_UNAVAILABLE, /* the journal could not be read in time, or is damaged there */
    TW_GAP_TRUNCATED,   /* the broker came back with a shorter log: offsets from last_offset + 1 on are given out anew */
    TW_GAP_RECREATED    /* the topic was deleted and created again: offsets start over */
};

#define TW_JOURNAL_WINDOW_BYTES ((size_t)256 * 1024)
#define TW_JOURNAL_MAX_ENTRY_BYTES ((size_t)256 * 1024 * 1024)
#define TW_BATCH_HEADER_BYTES 61u
#define TW_GUARD_BYTES 12
#define TW_ENTRY_END 0xC0000000u
#define TW_ENTRY_INCOMPLETE 0x80000000u
#define TW_ENTRY_METADATA 0x40000000u

typedef struct {
    tw_manifest manifest;
    tw_segment segment;
    int fd; /* of the segment's file, -1 for none */
    int64_t entry;       /* file position of the entry that is looked at */
    int64_t next_entry;  /* behind it */
    int64_t next_offset; /* base offset that the entry's batch must have */
    int64_t position;    /* Kafka offset of the record wanted next */
    uint8_t *window;     /* a piece of the file */
    size_t window_bytes;
    size_t window_length;
    int64_t window_start;
    const uint8_t *batch; /* NULL: none is being read */
    const uint8_t *batch_end;
    const uint8_t *cursor;
    uint32_t records_left;
    uint32_t empty_looks;
    void (*feed_message)(tw_record *record); /* what only the feed's protocol knows: exchange time, TW_FLAG_KEEP; or NULL */
} tw_journal;

/* Names the log of a topic-partition in the broker's data directory; nothing is opened yet. */
static inline int tw_journal_open(tw_journal *journal, const char *data_directory, const char *topic, uint32_t partition) {
    memset(journal, 0, sizeof *journal);
    journal->fd = -1;
    journal->position = -1;
    tw_crc_init(journal->manifest.crc_table);
    if (strchr(topic, '/') != NULL
        || snprintf(journal->manifest.directory, sizeof journal->manifest.directory, "%s/logs/%s-%u", data_directory, topic, partition)
            >= (int)sizeof journal->manifest.directory) {
        return TW_ERR_NOT_FOUND;
    }
    return TW_OK;
}

static inline void tw_journal_forget(tw_journal *journal) {
    if (journal->fd >= 0) {
        close(journal->fd);
    }
    journal->fd = -1;
    journal->position = -1;
    journal->batch = NULL;
    journal->window_length = 0;
}

static inline void tw_journal_close(tw_journal *journal) {
    tw_journal_forget(journal);
    free(journal->manifest.text);
    free(journal->window);
    journal->manifest.text = NULL;
    journal->window = NULL;
    journal->window_bytes = 0;
}

/* Makes length bytes of the file at a position readable, read anew if asked for; NULL where the file ends before, or memory does. */
static inline const uint8_t *tw_journal_bytes(tw_journal *journal, int64_t position, size_t length, bool anew) {
    const int64_t skip = position - journal->window_start;
    if (!anew && skip >= 0 && skip <= (int64_t)journal->window_length && length <= journal->window_length - (size_t)skip) {
        return journal->window + skip;
    }
    if (length > journal->window_bytes) {
        const size_t bytes = length > TW_JOURNAL_WINDOW_BYTES ? length : TW_JOURNAL_WINDOW_BYTES;
        free(journal->window);
        journal->window = (uint8_t *)malloc(bytes);
        journal->window_bytes = journal->window == NULL ? 0 : bytes;
    }
    journal->window_length = 0;
    if (journal->window == NULL) {
        return NULL;
    }
    const int64_t count = tw_read_at(journal->fd, journal->window, journal->window_bytes, position);
    if (count < (int64_t)length) {
        return NULL;
    }
    journal->window_start = position;
    journal->window_length = (size_t)count;
    return journal->window;
}

/*
 * False when the guard before the current entry is another batch's: in segments that compaction has written it holds a checksum of what the
 * batch's own leaves out. Those of earlier versions have none.
 */
static inline bool tw_guard_holds(tw_journal *journal, const uint8_t *batch) {
    static const uint8_t prefix[TW_GUARD_BYTES - 4] = {8, 0, 0, 0x40, 'T', 'W', 'H', 'G'};
    uint8_t guard[TW_GUARD_BYTES];
    const int64_t at = journal->entry - TW_GUARD_BYTES;
    const int64_t skip = at - journal->window_start;
    if (at < 0) {
        return true;
    }
    if (skip >= 0 && skip + TW_GUARD_BYTES <= (int64_t)journal->window_length) {
        memcpy(guard, journal->window + skip, sizeof guard);
    } else if (tw_read_at(journal->fd, guard, sizeof guard, at) != TW_GUARD_BYTES) {
        return false;
    }
    if (memcmp(guard, prefix, sizeof prefix) != 0) {
        return true;
    }
    const uint32_t crc = guard[8] | (uint32_t)guard[9] << 8 | (uint32_t)guard[10] << 16 | (uint32_t)guard[11] << 24;
    return tw_crc(journal->manifest.crc_table, batch, 17) == crc;
}

/* Whether an entry is the batch that must be here. The checksum leaves out base offset, length and magic. */
static inline bool tw_batch_is_sound(tw_journal *journal, const uint8_t *batch, size_t length) {
    const int64_t base = tw_be64(batch);
    const int32_t last_delta = tw_be32(batch + 23);
    if (tw_be32(batch + 8) != (int64_t)length - 12 || batch[16] != 2 || last_delta < 0 || base < 0
        || base > INT64_MAX - INT32_MAX - 1
        || (journal->segment.gaps ? base < journal->next_offset || !tw_guard_holds(journal, batch) : base != journal->next_offset)) {
        return false;
    }
    return tw_crc(journal->manifest.crc_table, batch + 21, length - 21) == (uint32_t)tw_be32(batch + 17);
}

/* What stands at the current entry: TW_RECORD (a batch), TW_EMPTY (nothing yet), TW_CLOSED (end of the file), TW_ERR_CORRUPT. */
static inline int tw_journal_look(tw_journal *journal, const uint8_t **batch, size_t *batch_length) {
    for (int hops = 0; hops < 1024; hops++) {
        uint32_t header = 0;
        const uint8_t *at = tw_journal_bytes(journal, journal->entry, 4, false);
        if (at != NULL) {
            memcpy(&header, at, 4);
        }
        if (header == 0 || (header & TW_ENTRY_INCOMPLETE) != 0) {
            /* What was read ahead is old by now. */
            if (tw_read_at(journal->fd, &header, 4, journal->entry) != 4 || header == 0) {
                return TW_EMPTY;
            }
            if (header == TW_ENTRY_END) {
                return TW_CLOSED;
            }
            if ((header & TW_ENTRY_INCOMPLETE) != 0) {
                return TW_EMPTY;
            }
            journal->window_length = 0;
        }
        const size_t length = header & 0x3FFFFFFFu;
        journal->next_entry = (journal->entry + 4 + (int64_t)length + 3) & ~(int64_t)3;
        if ((header & TW_ENTRY_METADATA) != 0) {
            journal->entry = journal->next_entry;
            continue;
        }
        struct stat status;
        if (length < TW_BATCH_HEADER_BYTES || length > TW_JOURNAL_MAX_ENTRY_BYTES || fstat(journal->fd, &status) != 0
            || journal->entry + 4 + (int64_t)length > (int64_t)status.st_size) {
            return TW_ERR_CORRUPT;
        }
        /* A copy that was taken while the entry was being completed is not the last word: its header is complete now, so read again. */
        for (int attempt = 0; attempt < 2; attempt++) {
            *batch = tw_journal_bytes(journal, journal->entry + 4, length, attempt > 0);
            if (*batch != NULL && tw_batch_is_sound(journal, *batch, length)) {
                *batch_length = length;
                return TW_RECORD;
            }
        }
        return TW_ERR_CORRUPT;
    }
    return TW_AGAIN;
}

static inline int tw_journal_open_segment(tw_journal *journal, const tw_segment *segment, int64_t offset) {
    char path[4096 + 64];
    tw_journal_forget(journal);
    if (!tw_segment_path(&journal->manifest, segment, "cq4", path, sizeof path)) {
        return TW_ERR_CORRUPT;
    }
    journal->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (journal->fd < 0) {
        return errno == ENOENT ? TW_EMPTY : TW_ERR_SYSTEM;
    }
    journal->segment = *segment;
    journal->position = offset;
    journal->entry = tw_index_find(&journal->manifest, segment, offset, &journal->next_offset);
    const uint8_t *batch;
    size_t length;
    /* The index is a hint: where there is no such batch, from the beginning. */
    if (journal->entry != 0
        && (journal->entry < 0 || (journal->entry & 3) != 0 || tw_journal_look(journal, &batch, &length) != TW_RECORD
            || tw_be64(batch) != journal->next_offset)) {
        journal->entry = 0;
        journal->next_offset = segment->base;
        journal->window_length = 0;
    }
    return TW_RECORD;
}

/* Opens the segment that may hold an offset. Files that go away between the look at the manifest and this are in no later manifest. */
static inline int tw_journal_seek(tw_journal *journal, int64_t offset) {
    int rc = TW_EMPTY;
    tw_journal_forget(journal);
    for (int attempt = 0; attempt < 8 && rc == TW_EMPTY; attempt++) {
        rc = tw_manifest_read(&journal->manifest);
        if (rc != TW_RECORD || journal->manifest.log_start > offset) {
            return rc == TW_RECORD ? TW_GAP : rc;
        }
        const char *at = journal->manifest.text;
        tw_segment segment;
        tw_segment found;
        bool any = false;
        while (tw_next_segment_line(&at, &segment)) {
            if (!any || segment.base <= offset) {
                found = segment;
                any = true;
            }
        }
        if (!any) {
            return TW_EMPTY;
        }
        rc = tw_journal_open_segment(journal, &found, offset);
    }
    return rc;
}

/* At the end of what is in the current segment's file: TW_AGAIN when reading goes on elsewhere. */
static inline int tw_journal_advance(tw_journal *journal, bool ended) {
    if (!ended && journal->empty_looks++ % 16 != 0) {
        return TW_EMPTY; /* nearly always: nothing new */
    }
    const int64_t position = journal->position;
    int rc = tw_manifest_read(&journal->manifest);
    if (rc != TW_RECORD) {
        return rc;
    }
    if (journal->manifest.log_start > position) {
        return TW_GAP;
    }
    const char *at = journal->manifest.text;
    tw_segment segment;
    tw_segment found;
    bool listed = false;
    bool any = false;
    while (tw_next_segment_line(&at, &segment)) {
        if (tw_same_segment(&segment, &journal->segment)) {
            listed = true;
            /* One that was sealed after a crash may lack its end mark. */
            ended |= segment.sealed && journal->entry >= segment.end_position;
        } else if (!any && (!segment.sealed || segment.next > position)) {
            found = segment;
            any = true;
        }
    }
    if (!any || (listed && !ended)) {
        return TW_EMPTY;
    }
    rc = tw_journal_open_segment(journal, &found, position);
    if (rc != TW_RECORD) {
        return rc;
    }
    return TW_AGAIN;
}

/* A Kafka varint (zigzag); false where it is too long or reaches beyond the end. */
static inline bool tw_varint(const uint8_t **at, const uint8_t *end, int64_t *value) {
    uint64_t raw = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (*at >= end) {
            return false;
        }
        const uint8_t byte = *(*at)++;
        raw |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            *value = (int64_t)(raw >> 1 ^ (~(raw & 1) + 1));
            return true;
        }
    }
    return false;
}

/* A length and as many bytes; a negative length is null. */
static inline bool tw_bytes(const uint8_t **at, const uint8_t *end, const uint8_t **bytes, uint32_t *length) {
    int64_t declared;
    if (!tw_varint(at, end, &declared) || declared > end - *at) {
        return false;
    }
    *bytes = declared < 0 ? NULL : *at;
    *length = declared < 0 ? 0 : (uint32_t)declared;
    *at += *length;
    return true;
}

/* Takes a feed's sequence and receive time out of the headers that the broker's feed handler makes: "seq" and "rx", 8 bytes each. */
static inline void tw_feed_headers(const tw_journal *journal, tw_record *record) {
    static const uint8_t sequence[] = {6, 's', 'e', 'q', 16};
    static const uint8_t receive[] = {4, 'r', 'x', 16};
    const uint8_t *at = record->headers;
    if (record->headers_length == 25 && memcmp(at, sequence, 5) == 0 && memcmp(at + 13, receive, 4) == 0) {
        record->feed_sequence = tw_be64(at + 5);
        record->receive_ns = tw_be64(at + 17);
        record->headers_length = 0;
        record->exchange_ns = 0;
        if (journal->feed_message != NULL) {
            journal->feed_message(record);
        } else {
            record->flags |= TW_FLAG_KEEP;
        }
    }
}

/* Decodes the record at the cursor (Kafka protocol guide, record, and record batch) and moves behind it. */
static inline bool tw_journal_decode(tw_journal *journal, tw_record *record) {
    const uint8_t *batch = journal->batch;
    const uint8_t *at = journal->cursor;
    int64_t bytes;
    int64_t timestamp_delta;
    int64_t offset_delta;
    int64_t header_count;
    memset(record, 0, sizeof *record);
    if (!tw_varint(&at, journal->batch_end, &bytes) || bytes < 1 || bytes > journal->batch_end - at) {
        return false;
    }
    const uint8_t *end = at + bytes;
    at++; /* attributes: none are defined */
    if (!tw_varint(&at, end, &timestamp_delta) || !tw_varint(&at, end, &offset_delta) || offset_delta < 0
        || offset_delta > tw_be32(batch + 23) || !tw_bytes(&at, end, &record->key, &record->key_length)
        || !tw_bytes(&at, end, &record->value, &record->value_length) || !tw_varint(&at, end, &header_count)
        || header_count < 0) {
        return false;
    }
    record->headers = at;
    record->headers_length = (uint32_t)(end - at);
    for (int64_t i = 0; i < header_count; i++) {
        const uint8_t *ignored;
        uint32_t length;
        if (!tw_bytes(&at, end, &ignored, &length) || ignored == NULL || !tw_bytes(&at, end, &ignored, &length)) {
            return false;
        }
    }
    if (at != end) {
        return false;
    }
    const uint32_t attributes = (uint32_t)tw_be(batch + 21, 2);
    const uint64_t timestamp_ms = (attributes & 8) != 0 ? tw_be(batch + 35, 8) : tw_be(batch + 27, 8) + (uint64_t)timestamp_delta;
    record->exchange_ns = (int64_t)(timestamp_ms * 1000000);
    record->offset = tw_be64(batch) + offset_delta;
    record->last_offset = record->offset;
    record->flags = (record->key == NULL ? (uint32_t)TW_FLAG_NULL_KEY : 0) | (record->value == NULL ? (uint32_t)TW_FLAG_NULL_VALUE : 0)
        | ((attributes & 16) != 0 ? (uint32_t)TW_FLAG_TRANSACTIONAL : 0);
    if (header_count == 2) {
        tw_feed_headers(journal, record);
    }
    if (record->headers_length != 0) {
        record->flags |= TW_FLAG_HEADERS;
    }
    journal->cursor = end;
    return true;
}

static inline int tw_range(tw_record *record, int code, int64_t first, int64_t next) {
    memset(record, 0, sizeof *record);
    record->offset = first;
    record->last_offset = next - 1;
    return code;
}

static inline void tw_journal_leave(tw_journal *journal, int64_t last_offset) {
    journal->batch = NULL;
    journal->entry = journal->next_entry;
    journal->next_offset = last_offset + 1;
    journal->position = journal->position > last_offset ? journal->position : last_offset + 1;
}

/* Goes into the batch at the current entry if it holds offsets from the position on: TW_RECORD, TW_AGAIN, or what is there instead. */
static inline int tw_journal_enter(tw_journal *journal, int64_t to, tw_record *record) {
    const uint8_t *batch = NULL;
    size_t length = 0;
    const int seen = tw_journal_look(journal, &batch, &length);
    if (seen != TW_RECORD) {
        const int elsewhere = seen == TW_AGAIN ? TW_AGAIN : tw_journal_advance(journal, seen == TW_CLOSED);
        return seen < 0 && elsewhere == TW_EMPTY ? seen : elsewhere;
    }
    journal->empty_looks = 0;
    const int64_t base = tw_be64(batch);
    const int64_t last = base + tw_be32(batch + 23);
    const uint32_t attributes = (uint32_t)tw_be(batch + 21, 2);
    if (last < journal->position || (attributes & 32) != 0) {
        tw_journal_leave(journal, last); /* before what is wanted, or a transaction's marker */
        return TW_AGAIN;
    }
    if (base >= to) {
        journal->position = to; /* what was before it is gone */
        return TW_AGAIN;
    }
    if ((attributes & 7) != 0) {
        const int64_t first = base > journal->position ? base : journal->position;
        if (last < to) {
            tw_journal_leave(journal, last);
        } else {
            journal->position = to;
        }
        return tw_range(record, TW_COMPRESSED, first, journal->position);
    }
    journal->batch = batch;
    journal->batch_end = batch + length;
    journal->cursor = batch + TW_BATCH_HEADER_BYTES;
    journal->records_left = (uint32_t)tw_be32(batch + 57);
    return TW_RECORD;
}

/*
 * Takes the first record at or after offset from and below to. Its pointers are valid until the next call; asking for the offset after the
 * last result reads on without searching.
 *
 * TW_RECORD; offsets between from and record.offset hold no records
 * TW_NO_RECORDS: offsets from..record.last_offset hold none
 * TW_COMPRESSED, and TW_GAP (retention has taken them): offsets record.offset..record.last_offset
 * TW_EMPTY: nothing to be had now; TW_AGAIN: ask again; TW_ERR_CORRUPT: damaged here, or not yet what it will be; TW_ERR_SYSTEM: see errno
 */
static inline int tw_journal_next(tw_journal *journal, int64_t from, int64_t to, tw_record *record) {
    int rc = journal->fd < 0 || from != journal->position ? tw_journal_seek(journal, from) : TW_RECORD;
    for (int batches = 0; rc == TW_RECORD || rc == TW_AGAIN; batches++) {
        if (journal->position >= to) {
            return tw_range(record, TW_NO_RECORDS, from, to);
        }
        if (batches == 256) {
            break;
        }
        if (journal->batch == NULL) {
            rc = tw_journal_enter(journal, to, record);
            continue;
        }
        const int64_t last = tw_be64(journal->batch) + tw_be32(journal->batch + 23);
        while (journal->records_left > 0) {
            const uint8_t *before = journal->cursor;
            if (!tw_journal_decode(journal, record)) {
                tw_journal_forget(journal);
                return TW_ERR_CORRUPT;
            }
            if (record->offset >= to) {
                journal->cursor = before;
                journal->position = to;
                return tw_range(record, TW_NO_RECORDS, from, to);
            }
            journal->records_left--;
            if (record->offset >= journal->position) {
                journal->position = record->offset + 1;
                return TW_RECORD;
            }
        }
        tw_journal_leave(journal, last);
    }
    if (rc == TW_COMPRESSED) {
        return rc;
    }
    if (rc == TW_GAP) {
        tw_journal_forget(journal);
        tw_range(record, TW_GAP, from, journal->manifest.log_start < to ? journal->manifest.log_start : to);
        record->flags = TW_GAP_RETENTION;
        return TW_GAP;
    }
    if (journal->fd >= 0 && journal->position > from) {
        return tw_range(record, TW_NO_RECORDS, from, journal->position);
    }
    return rc == TW_RECORD ? TW_AGAIN : rc;
}

#endif
