#!/usr/bin/env python3
"""tickwire_tail.py [--from earliest|OFFSET] [--policy skip] LIB DIRECTORY TOPIC PARTITION COUNT: as tickwire_tail.c, through the shared
library and ctypes."""
import argparse
import ctypes
import sys
import time

EMPTY, RECORD, GAP, COMPRESSED, ENDED = 0, 1, 8, 9, 11
POLICIES = ("catch-up", "skip", "conflate", "disconnect")
PLACES = {"latest": -1, "earliest": -2}


class Record(ctypes.Structure):
    """tw_record of tickwire_shm.h."""

    _fields_ = [
        (name, ctypes.c_int64)
        for name in (
            "offset",
            "last_offset",
            "feed_sequence",
            "exchange_ns",
            "receive_ns",
            "ingress_ns",
            "publish_ns",
        )
    ] + [
        ("key", ctypes.c_void_p),
        ("value", ctypes.c_void_p),
        ("headers", ctypes.c_void_p),
        ("key_length", ctypes.c_uint32),
        ("value_length", ctypes.c_uint32),
        ("headers_length", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
    ]


def load(library):
    """The library, with the types of what it takes and gives."""
    shm = ctypes.CDLL(library)
    shm.tws_subscribe.restype = ctypes.c_void_p
    shm.tws_subscribe.argtypes = [
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_uint32,
        ctypes.c_int64,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_int),
    ]
    shm.tws_poll.argtypes = [ctypes.c_void_p, ctypes.POINTER(Record)]
    for function in (shm.tws_first, shm.tws_expected):
        function.restype = ctypes.c_int64
        function.argtypes = [ctypes.c_void_p]
    shm.tws_unsubscribe.restype = None
    shm.tws_unsubscribe.argtypes = [ctypes.c_void_p]
    return shm


def hexadecimal(pointer, length):
    return "-" if pointer is None else ctypes.string_at(pointer, length).hex()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--from", dest="start", default="latest")
    parser.add_argument("--policy", choices=POLICIES, default=POLICIES[0])
    for name in ("lib", "directory", "topic"):
        parser.add_argument(name)
    for name in ("partition", "count"):
        parser.add_argument(name, type=int)
    chosen = parser.parse_args()
    shm = load(chosen.lib)
    start = PLACES[chosen.start] if chosen.start in PLACES else int(chosen.start)
    error = ctypes.c_int()
    subscription = shm.tws_subscribe(
        chosen.directory.encode(),
        chosen.topic.encode(),
        chosen.partition,
        start,
        POLICIES.index(chosen.policy),
        None,
        0,
        ctypes.byref(error),
    )
    if subscription is None:
        sys.exit(f"cannot subscribe: {error.value}")
    record = Record()
    announced = False
    while not announced or shm.tws_expected(subscription) < shm.tws_first(subscription) + chosen.count:
        result = shm.tws_poll(subscription, ctypes.byref(record))
        if not announced and shm.tws_first(subscription) >= 0:
            announced = True
            print("ready", file=sys.stderr, flush=True)
        if result == RECORD:
            print(
                record.offset,
                record.feed_sequence,
                hexadecimal(record.key, record.key_length),
                hexadecimal(record.value, record.value_length),
            )
        elif result in (GAP, COMPRESSED):
            print("gap" if result == GAP else "compressed", record.offset, record.last_offset + 1, record.flags)
        elif result == EMPTY:
            time.sleep(0.00002)
        elif result < 0 or result == ENDED:
            sys.exit(f"the subscription has ended: {result}")
    shm.tws_unsubscribe(subscription)


if __name__ == "__main__":
    main()
