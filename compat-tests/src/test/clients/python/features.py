"""Runs a client's features one after another and prints one line each: "feature: ok", or what went wrong."""

import sys
import time

BOOTSTRAP, PREFIX = sys.argv[1:3]
TIMEOUT_S = 30


def run(features):
    for name, body in features.items():
        try:
            body()
            print(f"{name}: ok", flush=True)
        except Exception as e:  # Whatever it is, it is this feature's result.
            text = f"{type(e).__name__} {e}".replace("\n", " ")
            print(f"{name}: FAILED {text[:500]}", flush=True)


def records(count, text="value"):
    """Records of a feature: key, value and a header each."""
    return [(f"key {i}".encode(), f"{text} {i}".encode(), str(i).encode()) for i in range(count)]


def same(actual, expected):
    assert actual == expected, f"read {actual[:3]}… ({len(actual)}), expected {expected[:3]}… ({len(expected)})"


def eventually(what, condition):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)
