/*
 * tickwire_itch.h: what a feed of Nasdaq TotalView-ITCH 5.0 messages says about records out of the journal: the exchange's time, and which of them
 * must not be conflated away. In the ring the broker has written both into the frame. Header only, C11 (and C++), no dependencies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TICKWIRE_ITCH_H
#define TICKWIRE_ITCH_H

#include "tickwire_journal.h"

/* Day of a date since 1970 (after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static inline int64_t tw_day_of(int64_t year, int64_t month, int64_t day) {
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t year_day = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + year_day - 719468;
}

/* The n-th Sunday of a month as day since 1970; 1 January 1970 was a Thursday. */
static inline int64_t tw_sunday(int64_t year, int64_t month, int64_t n) {
    const int64_t first = tw_day_of(year, month, 1);
    return first + (10 - first % 7) % 7 + 7 * (n - 1);
}

/* Epoch seconds of the last midnight in New York, by the rules since 2007 (15 U.S.C. 260a): daylight time from the second Sunday of March to the
 * first of November, 2 a.m. */
static inline int64_t tw_new_york_midnight(int64_t epoch_s) {
    const int64_t year = 1970 + (epoch_s / 86400 * 400 + 200) / 146097; /* right but for hours around New Year, when it does not matter */
    const bool summer = epoch_s >= tw_sunday(year, 3, 2) * 86400 + 7 * 3600 && epoch_s < tw_sunday(year, 11, 1) * 86400 + 6 * 3600;
    const int64_t day = (epoch_s - (summer ? 4 : 5) * 3600) / 86400;
    const bool summer_at_midnight = day > tw_sunday(year, 3, 2) && day <= tw_sunday(year, 11, 1);
    return day * 86400 + (summer_at_midnight ? 4 : 5) * 3600;
}

/* For tw_settings.feed_message. */
static inline void tw_itch50(tw_record *record) {
    const int64_t day_ns = INT64_C(86400) * 1000000000;
    if (record->value_length >= 11 && record->receive_ns >= 0) {
        const int64_t since_midnight = (int64_t)tw_be(record->value + 5, 6);
        if (since_midnight < day_ns) {
            record->exchange_ns = tw_new_york_midnight(record->receive_ns / 1000000000) * 1000000000 + since_midnight;
        }
    }
    /* The order book and the imbalance indicator are states that a later message of the stock makes old; all else are events. */
    if (record->value_length == 0 || memchr("AFXDUI", record->value[0], 6) == NULL) {
        record->flags |= TW_FLAG_KEEP;
    }
}

#endif
