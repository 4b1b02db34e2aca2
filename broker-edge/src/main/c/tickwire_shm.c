/*
 * The functions of tickwire_subscribe.h and tickwire_shm.h as a shared library, for languages that cannot use inline functions (ctypes, JNA, cgo,
 * Rust):
 *
 *     cc -std=c11 -O2 -shared -fPIC -o libtickwire_shm.so tickwire_shm.c
 *
 * tickwire_tail.py shows it in use.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tickwire_itch.h"
#include "tickwire_subscribe.h"

tw_reader *tws_open(const char *directory, const char *topic, uint32_t partition, int *error);
int tws_next(tw_reader *reader, tw_record *record);
int64_t tws_rejoin(tw_reader *reader);
int64_t tws_missed_retraction(tw_reader *reader);
void tws_close(tw_reader *reader);
tw_subscription *tws_subscribe(
    const char *directory, const char *topic, uint32_t partition, int64_t from, int policy, const char *symbols, int itch, int *error);
int tws_poll(tw_subscription *subscription, tw_record *record);
int64_t tws_first(const tw_subscription *subscription);
int64_t tws_expected(const tw_subscription *subscription);
void tws_unsubscribe(tw_subscription *subscription);

/* A reader at the live end, or NULL with a TW_ERR_ code in *error. */
tw_reader *tws_open(const char *directory, const char *topic, uint32_t partition, int *error) {
    tw_reader *reader = (tw_reader *)malloc(sizeof *reader);
    if (reader == NULL) {
        *error = TW_ERR_SYSTEM;
        return NULL;
    }
    *error = tw_guard_install() == TW_OK ? tw_open(reader, directory, topic, partition) : TW_ERR_SYSTEM;
    if (*error != TW_OK) {
        free(reader);
        return NULL;
    }
    return reader;
}

int tws_next(tw_reader *reader, tw_record *record) {
    return tw_next_guarded(reader, record);
}

int64_t tws_rejoin(tw_reader *reader) {
    return tw_rejoin(reader);
}

int64_t tws_missed_retraction(tw_reader *reader) {
    return tw_missed_retraction(reader);
}

void tws_close(tw_reader *reader) {
    tw_close(reader);
    free(reader);
}

/*
 * A subscription, or NULL with a TW_ERR_ code in *error. policy: 0 catch up, 1 skip, 2 conflate, 3 disconnect. symbols: 8 characters each, padded
 * with spaces, one after another; NULL for all. itch: whether the feed's messages are ITCH 5.0.
 */
tw_subscription *tws_subscribe(
    const char *directory, const char *topic, uint32_t partition, int64_t from, int policy, const char *symbols, int itch, int *error) {
    tw_settings settings;
    const size_t count = symbols == NULL ? 0 : strlen(symbols) / 8;
    tw_subscription *subscription = (tw_subscription *)malloc(sizeof *subscription);
    char(*texts)[9] = (char(*)[9])calloc(count + 1, sizeof *texts);
    const char **list = (const char **)calloc(count + 1, sizeof *list);
    memset(&settings, 0, sizeof settings);
    settings.directory = directory;
    settings.topic = topic;
    settings.partition = partition;
    settings.from = from;
    settings.policy = policy < 0 || policy > TW_DISCONNECT ? TW_CATCH_UP : (tw_policy)policy;
    settings.feed_message = itch ? tw_itch50 : NULL;
    *error = TW_ERR_SYSTEM;
    if (subscription != NULL && texts != NULL && list != NULL && tw_guard_install() == TW_OK) {
        for (size_t i = 0; i < count; i++) {
            memcpy(texts[i], symbols + 8 * i, 8);
            list[i] = texts[i];
        }
        settings.symbols = count == 0 ? NULL : list;
        settings.symbol_count = (uint32_t)count;
        *error = tw_subscribe(subscription, &settings);
    }
    free(texts);
    free(list);
    if (*error != TW_OK) {
        free(subscription);
        return NULL;
    }
    return subscription;
}

int tws_poll(tw_subscription *subscription, tw_record *record) {
    return tw_poll_guarded(subscription, record);
}

/* The offset it began at, -1 before it is attached. */
int64_t tws_first(const tw_subscription *subscription) {
    return subscription->first;
}

/* The offset that comes next. */
int64_t tws_expected(const tw_subscription *subscription) {
    return subscription->expected;
}

void tws_unsubscribe(tw_subscription *subscription) {
    tw_unsubscribe(subscription);
    free(subscription);
}
