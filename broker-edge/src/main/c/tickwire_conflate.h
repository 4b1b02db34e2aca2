/*
 * tickwire_conflate.h: sets of symbols, and records that wait for a slow reader while later ones of the same symbol take their place. Part of
 * tickwire_subscribe.h. Header only, C11 (and C++), no dependencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TICKWIRE_CONFLATE_H
#define TICKWIRE_CONFLATE_H

#include "tickwire_shm.h"

/* A map of 8-byte keys with open addressing, at most half full; a value of -1 is an empty place. */
typedef struct {
    uint64_t *keys;
    int64_t *values;
    uint64_t mask;
} tw_map;

/* Room for so many keys. */
static inline int tw_map_init(tw_map *map, uint64_t count) {
    uint64_t places = 16;
    while (places < 2 * count) {
        places *= 2;
    }
    map->keys = (uint64_t *)malloc((size_t)places * sizeof *map->keys);
    map->values = (int64_t *)malloc((size_t)places * sizeof *map->values);
    map->mask = places - 1;
    if (map->keys == NULL || map->values == NULL) {
        return TW_ERR_SYSTEM;
    }
    memset(map->values, 0xFF, (size_t)places * sizeof *map->values);
    return TW_OK;
}

static inline void tw_map_free(tw_map *map) {
    free(map->keys);
    free(map->values);
    map->keys = NULL;
    map->values = NULL;
}

static inline uint64_t tw_map_home(const tw_map *map, uint64_t key) {
    return (key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & map->mask;
}

/* The key's place, or the empty one where it would be put. */
static inline uint64_t tw_map_place(const tw_map *map, uint64_t key) {
    uint64_t place = tw_map_home(map, key);
    while (map->values[place] >= 0 && map->keys[place] != key) {
        place = (place + 1) & map->mask;
    }
    return place;
}

static inline void tw_map_put(tw_map *map, uint64_t key, int64_t value) {
    const uint64_t place = tw_map_place(map, key);
    map->keys[place] = key;
    map->values[place] = value;
}

/* Takes a key out and moves those behind it up, so that each is found from its home without passing an empty place. */
static inline void tw_map_remove(tw_map *map, uint64_t key) {
    uint64_t hole = tw_map_place(map, key);
    for (uint64_t at = hole; map->values[hole] >= 0;) {
        at = (at + 1) & map->mask;
        if (map->values[at] < 0) {
            map->values[hole] = -1;
        } else if (((at - tw_map_home(map, map->keys[at])) & map->mask) >= ((at - hole) & map->mask)) {
            map->keys[hole] = map->keys[at];
            map->values[hole] = map->values[at];
            hole = at;
        }
    }
}

static inline bool tw_has_symbol(const tw_record *record) {
    return record->key != NULL && record->key_length == 8;
}

/* The 8 key bytes of a record that has a symbol. */
static inline uint64_t tw_symbol(const tw_record *record) {
    uint64_t symbol;
    memcpy(&symbol, record->key, 8);
    return symbol;
}

/* A symbol of 1 to 8 characters as records carry it: padded with spaces on the right. */
static inline uint64_t tw_symbol_of(const char *text) {
    uint8_t bytes[8];
    const size_t length = strlen(text);
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, text, length < 8 ? length : 8);
    uint64_t symbol;
    memcpy(&symbol, bytes, 8);
    return symbol;
}

/* A waiting record with memory of its own. */
typedef struct {
    tw_record record;
    uint8_t *bytes;
    size_t capacity;
} tw_slot;

/* Records waiting for the reader, first come first out; tail - head of them. */
typedef struct {
    tw_slot *slots; /* NULL: records are not conflated */
    uint64_t capacity;
    uint64_t head;
    uint64_t tail;
    tw_map waiting; /* where the record of a symbol is that a later one may replace */
} tw_conflator;

static inline int tw_conflator_init(tw_conflator *conflator, uint64_t slots) {
    uint64_t capacity = 16;
    while (capacity < slots) {
        capacity *= 2;
    }
    conflator->capacity = capacity;
    conflator->head = 0;
    conflator->tail = 0;
    conflator->slots = (tw_slot *)calloc((size_t)capacity, sizeof *conflator->slots);
    return conflator->slots == NULL ? TW_ERR_SYSTEM : tw_map_init(&conflator->waiting, capacity);
}

static inline void tw_conflator_free(tw_conflator *conflator) {
    for (uint64_t i = 0; conflator->slots != NULL && i < conflator->capacity; i++) {
        free(conflator->slots[i].bytes);
    }
    free(conflator->slots);
    conflator->slots = NULL;
    tw_map_free(&conflator->waiting);
}

static inline int tw_slot_store(tw_slot *slot, const tw_record *record) {
    const size_t needed = (size_t)record->key_length + record->value_length + record->headers_length;
    if (needed > slot->capacity || slot->bytes == NULL) {
        free(slot->bytes);
        slot->capacity = needed < 256 ? 256 : needed;
        slot->bytes = (uint8_t *)malloc(slot->capacity);
        if (slot->bytes == NULL) {
            slot->capacity = 0;
            return TW_ERR_SYSTEM;
        }
    }
    uint8_t *at = slot->bytes;
    slot->record = *record;
    if (record->key_length > 0) {
        memcpy(at, record->key, record->key_length);
    }
    slot->record.key = record->key == NULL ? NULL : at;
    at += record->key_length;
    if (record->value_length > 0) {
        memcpy(at, record->value, record->value_length);
    }
    slot->record.value = record->value == NULL ? NULL : at;
    at += record->value_length;
    if (record->headers_length > 0) {
        memcpy(at, record->headers, record->headers_length);
    }
    slot->record.headers = at;
    return TW_OK;
}

/*
 * Takes a record in; there must be room. One with a symbol takes the place of a waiting one of the same symbol, unless either is marked
 * TW_FLAG_KEEP: those are never dropped, and nothing of the same symbol moves ahead of them. 1 when it replaced one, 0 when it
 * waits in a place of its own, TW_ERR_SYSTEM without memory.
 */
static inline int tw_conflator_offer(tw_conflator *conflator, const tw_record *record) {
    if (tw_has_symbol(record)) {
        const uint64_t symbol = tw_symbol(record);
        if ((record->flags & TW_FLAG_KEEP) != 0) {
            tw_map_remove(&conflator->waiting, symbol);
        } else {
            const uint64_t place = tw_map_place(&conflator->waiting, symbol);
            if (conflator->waiting.values[place] >= 0) {
                const uint64_t waiting = (uint64_t)conflator->waiting.values[place];
                const int rc = tw_slot_store(&conflator->slots[waiting & (conflator->capacity - 1)], record);
                return rc == TW_OK ? 1 : rc;
            }
            tw_map_put(&conflator->waiting, symbol, (int64_t)conflator->tail);
        }
    }
    return tw_slot_store(&conflator->slots[conflator->tail++ & (conflator->capacity - 1)], record);
}

/* Takes out the record that has waited longest; its pointers are valid until the next offer. False when none waits. */
static inline bool tw_conflator_take(tw_conflator *conflator, tw_record *record) {
    if (conflator->head == conflator->tail) {
        return false;
    }
    *record = conflator->slots[conflator->head & (conflator->capacity - 1)].record;
    if (tw_has_symbol(record)) {
        const uint64_t symbol = tw_symbol(record);
        if (conflator->waiting.values[tw_map_place(&conflator->waiting, symbol)] == (int64_t)conflator->head) {
            tw_map_remove(&conflator->waiting, symbol);
        }
    }
    conflator->head++;
    return true;
}

#endif
