/*
 * tickwire_manifest.h: the table of contents of a topic-partition's journal, and the sparse indexes of its segments. Part of tickwire_journal.h.
 * Header only, C11 (and C++), POSIX, no dependencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TICKWIRE_MANIFEST_H
#define TICKWIRE_MANIFEST_H

#include "tickwire_shm.h"

#define TW_MANIFEST_MAX_BYTES ((int64_t)64 * 1024 * 1024)
#define TW_INDEX_MAGIC 0x54575831u

/* What the manifest says of a segment. */
typedef struct {
    int64_t base;         /* least offset */
    int64_t next;         /* offset after its last record, of a sealed one */
    int64_t end_position; /* where a sealed one ends in its file */
    int64_t generation;
    int64_t cycle;
    bool sealed;
    bool gaps; /* compaction has taken records out */
} tw_segment;

typedef struct {
    char directory[4096]; /* of the topic-partition's log */
    uint64_t topic_id[2]; /* the log must be this topic's; zeros: any */
    char *text;
    int64_t log_start; /* first offset that may be read */
    uint32_t crc_table[8][256];
} tw_manifest;

static inline uint64_t tw_be(const uint8_t *at, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static inline int64_t tw_be64(const uint8_t *at) {
    return (int64_t)tw_be(at, 8);
}

static inline int32_t tw_be32(const uint8_t *at) {
    return (int32_t)(uint32_t)tw_be(at, 4);
}

/* CRC-32C (RFC 3720, appendix B.4), eight bytes at a time. */
static inline void tw_crc_init(uint32_t table[8][256]) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
        }
        table[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int slice = 1; slice < 8; slice++) {
            table[slice][i] = table[slice - 1][i] >> 8 ^ table[0][table[slice - 1][i] & 0xFF];
        }
    }
}

static inline uint32_t tw_crc(uint32_t table[8][256], const uint8_t *at, size_t length) {
    uint32_t crc = 0xFFFFFFFFu;
    for (; length >= 8; length -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        word ^= crc;
        crc = table[7][word & 0xFF] ^ table[6][word >> 8 & 0xFF] ^ table[5][word >> 16 & 0xFF]
            ^ table[4][word >> 24 & 0xFF] ^ table[3][word >> 32 & 0xFF] ^ table[2][word >> 40 & 0xFF]
            ^ table[1][word >> 48 & 0xFF] ^ table[0][word >> 56];
    }
    for (; length > 0; length--, at++) {
        crc = crc >> 8 ^ table[0][(crc ^ *at) & 0xFF];
    }
    return ~crc;
}

/* Reads as much as there is, up to length; negative on error. */
static inline int64_t tw_read_at(int fd, void *target, size_t length, int64_t position) {
    size_t done = 0;
    while (done < length) {
        const ssize_t count = pread(fd, (uint8_t *)target + done, length - done, (off_t)(position + (int64_t)done));
        if (count < 0) {
            return -1;
        }
        if (count == 0) {
            break;
        }
        done += (size_t)count;
    }
    return (int64_t)done;
}

/* The number behind the text at *at, which moves behind it. */
static inline int64_t tw_number(const char **at) {
    char *end;
    const long long value = strtoll(*at, &end, 10);
    *at = end;
    return value;
}

/* Reads the table of contents; TW_EMPTY where it cannot be believed at this moment (being replaced, damaged, or of another topic). */
static inline int tw_manifest_read(tw_manifest *manifest) {
    char path[4096 + 16];
    snprintf(path, sizeof path, "%s/manifest", manifest->directory);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? TW_EMPTY : TW_ERR_SYSTEM;
    }
    struct stat status;
    int64_t length = -1;
    if (fstat(fd, &status) == 0 && status.st_size > 0 && (int64_t)status.st_size <= TW_MANIFEST_MAX_BYTES) {
        free(manifest->text);
        manifest->text = (char *)malloc((size_t)status.st_size + 1);
        length = manifest->text == NULL ? -1 : tw_read_at(fd, manifest->text, (size_t)status.st_size, 0);
    }
    close(fd);
    if (length < 0) {
        return TW_ERR_SYSTEM;
    }
    char *text = manifest->text;
    text[length] = '\0';
    char *crc_line = NULL;
    for (char *line = text; line != NULL; line = strchr(line, '\n'), line = line == NULL ? NULL : line + 1) {
        crc_line = strncmp(line, "crc ", 4) == 0 ? line : crc_line;
    }
    if (strncmp(text, "tickwire-log 1\n", 15) != 0 || crc_line == NULL
        || strtoul(crc_line + 4, NULL, 16) != tw_crc(manifest->crc_table, (const uint8_t *)text, (size_t)(crc_line - text))) {
        return TW_EMPTY;
    }
    const char *id = strstr(text, "\nid ");
    const char *start = strstr(text, "\nlog-start ");
    if (id == NULL || start == NULL) {
        return TW_EMPTY;
    }
    char *half;
    const uint64_t high = strtoull(id + 4, &half, 16);
    const uint64_t low = strtoull(half, NULL, 16);
    if ((manifest->topic_id[0] | manifest->topic_id[1]) != 0 && (high != manifest->topic_id[0] || low != manifest->topic_id[1])) {
        return TW_EMPTY;
    }
    start += 11;
    manifest->log_start = tw_number(&start);
    return TW_RECORD;
}

/* Goes through the manifest's segments; false at their end. *at begins as the text. */
static inline bool tw_next_segment_line(const char **at, tw_segment *segment) {
    const char *line = strstr(*at, "\nsegment ");
    if (line == NULL) {
        return false;
    }
    line += 9;
    segment->generation = tw_number(&line);
    segment->cycle = tw_number(&line);
    segment->base = tw_number(&line);
    segment->next = tw_number(&line);
    segment->end_position = tw_number(&line);
    for (int i = 0; i < 5; i++) {
        tw_number(&line); /* bytes, timestamps: not needed here */
    }
    segment->sealed = strncmp(line, " true", 5) == 0;
    line += strcspn(line + (*line == ' '), " \n") + (*line == ' ');
    segment->gaps = strncmp(line, " false", 6) != 0; /* the first manifests do not say: there may be some */
    *at = line;
    return true;
}

static inline bool tw_same_segment(const tw_segment *a, const tw_segment *b) {
    return a->generation == b->generation && a->cycle == b->cycle;
}

/* Name of a segment's file. Cycles are hours since 1970 of a clock that stands still within a segment (days to date: Howard Hinnant). */
static inline bool tw_segment_path(const tw_manifest *manifest, const tw_segment *segment, const char *suffix, char *path, size_t bytes) {
    if (segment->cycle < 0 || segment->cycle > INT32_MAX || segment->generation < 0) {
        return false;
    }
    const int64_t days = segment->cycle / 24 + 719468;
    const int64_t era_day = days % 146097;
    const int64_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    const int64_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    const int64_t month_index = (5 * year_day + 2) / 153;
    const int day = (int)(year_day - (153 * month_index + 2) / 5 + 1);
    const int month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);
    const int year = (int)(era_year + days / 146097 * 400 + (month <= 2));
    return snprintf(path, bytes, "%s/g%lld/%04d%02d%02d-%02dF.%s", manifest->directory, (long long)segment->generation, year, month,
               day, (int)(segment->cycle % 24), suffix)
        < (int)bytes;
}

/* A place at or before the offset's batch out of the segment's sparse index, with the base offset of the batch there; 0 without one. */
static inline int64_t tw_index_find(const tw_manifest *manifest, const tw_segment *segment, int64_t offset, int64_t *base) {
    char path[4096 + 64];
    *base = segment->base;
    if (!tw_segment_path(manifest, segment, "idx", path, sizeof path)) {
        return 0;
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    struct stat status;
    uint64_t head[8];
    int64_t found = 0;
    if (fstat(fd, &status) == 0 && tw_read_at(fd, head, sizeof head, 0) == (int64_t)sizeof head
        && head[0] == (UINT64_C(1) << 32 | TW_INDEX_MAGIC) && (int64_t)head[1] == segment->base) {
        uint64_t low = 0;
        uint64_t high = ((uint64_t)status.st_size - sizeof head) / 24;
        high = head[3] < high ? head[3] : high;
        while (low < high) {
            const uint64_t middle = low + (high - low) / 2;
            int64_t entry[2];
            if (tw_read_at(fd, entry, sizeof entry, (int64_t)(sizeof head + middle * 24)) != (int64_t)sizeof entry) {
                found = 0;
                *base = segment->base;
                break;
            }
            if (entry[0] <= offset) {
                *base = entry[0];
                found = entry[1];
                low = middle + 1;
            } else {
                high = middle;
            }
        }
    }
    close(fd);
    return found;
}

#endif
