/*
 * The functions of tickwire_shm.h as a shared library, for languages that cannot use inline functions (ctypes, JNA, cgo, Rust):
 *
 *     cc -std=c11 -O2 -shared -fPIC -o libtickwire_shm.so tickwire_shm.c
 *
 * tickwire_tail.py shows it in use.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tickwire_shm.h"

tw_reader *tws_open(const char *directory, const char *topic, uint32_t partition, int *error);
int tws_next(tw_reader *reader, tw_record *record);
int64_t tws_rejoin(tw_reader *reader);
int64_t tws_missed_retraction(tw_reader *reader);
void tws_close(tw_reader *reader);

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
