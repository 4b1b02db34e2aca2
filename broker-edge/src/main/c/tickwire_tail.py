#!/usr/bin/env python3
"""tickwire_tail.py LIBRARY DIRECTORY TOPIC PARTITION COUNT: as tickwire_tail.c, through the shared library and ctypes."""
import ctypes
import sys

EMPTY, RECORD, IN_JOURNAL, NO_RECORDS, LAPPED, CLOSED, RETRACTED = range(7)


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


def hexadecimal(pointer, length):
    return "-" if pointer is None else ctypes.string_at(pointer, length).hex()


def main(library, directory, topic, partition, count):
    shm = ctypes.CDLL(library)
    shm.tws_open.restype = ctypes.c_void_p
    shm.tws_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_int)]
    shm.tws_next.argtypes = [ctypes.c_void_p, ctypes.POINTER(Record)]
    shm.tws_rejoin.restype = ctypes.c_int64
    shm.tws_rejoin.argtypes = [ctypes.c_void_p]
    shm.tws_missed_retraction.restype = ctypes.c_int64
    shm.tws_missed_retraction.argtypes = [ctypes.c_void_p]
    shm.tws_close.restype = None
    shm.tws_close.argtypes = [ctypes.c_void_p]
    error = ctypes.c_int()
    reader = shm.tws_open(directory.encode(), topic.encode(), int(partition), ctypes.byref(error))
    if reader is None:
        sys.exit(f"cannot open: {error.value}")
    record = Record()
    expected = shm.tws_rejoin(reader)
    end = expected + int(count)
    print("ready", file=sys.stderr, flush=True)
    while expected < end:
        result = shm.tws_next(reader, ctypes.byref(record))
        if result == RECORD and record.offset >= expected:
            if record.offset > expected:
                print("gap", expected, record.offset)
            print(
                record.offset,
                record.feed_sequence,
                hexadecimal(record.key, record.key_length),
                hexadecimal(record.value, record.value_length),
            )
            expected = record.offset + 1
        elif result == IN_JOURNAL:
            print("gap", record.offset, record.last_offset + 1)
            expected = record.last_offset + 1
        elif result == NO_RECORDS:
            expected = record.last_offset + 1
        elif result == RETRACTED:
            expected = min(expected, record.offset)
        elif result == LAPPED:
            expected = min(expected, shm.tws_missed_retraction(reader))
            live = shm.tws_rejoin(reader)
            if live > expected:
                print("gap", expected, live)
                expected = live
        elif result < 0 or result == CLOSED:
            sys.exit(f"the channel has ended: {result}")
    shm.tws_close(reader)


if __name__ == "__main__":
    main(*sys.argv[1:])
