#!/usr/bin/env bash
# kcat (librdkafka) against a broker: BOOTSTRAP PREFIX. Prints one line for each feature: "feature: ok", or what went wrong.
set -u

bootstrap=$1
prefix=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

kc() { timeout 40 kcat -b "$bootstrap" "$@" 2>>"$work/errors"; }

lines() { seq 1 100 | sed "s/.*/key &:$1 &/"; }

feature() {
  local name=$1
  shift
  : >"$work/errors"
  if "$@"; then echo "$name: ok"; else echo "$name: FAILED $(tr '\n' ' ' <"$work/errors" | head -c 500)"; fi
}

same() {
  diff "$1" "$2" >"$work/difference" && return
  head -n 5 "$work/difference" >>"$work/errors"
  return 1
}

produce_and_consume() {
  lines plain >"$work/sent"
  kc -P -t "$prefix-plain" -p 0 -K: -H n=1 -X acks=all <"$work/sent" || return
  kc -C -t "$prefix-plain" -p 0 -o beginning -e -q -K: >"$work/read" && same "$work/sent" "$work/read"
}

metadata() {
  kc -L -t "$prefix-plain" | grep -q 'partition 0, leader 1, replicas: 1, isrs: 1'
}

offsets_for_times() {
  kc -Q -t "$prefix-plain:0:-1" | grep -q "$prefix-plain \[0\] offset 100"
}

compression() {
  lines "the same text again and again" >"$work/sent"
  kc -P -t "$prefix-codec-$1" -p 0 -K: -z "$1" -X linger.ms=20 <"$work/sent" || return
  kc -C -t "$prefix-codec-$1" -p 0 -o beginning -e -q -K: >"$work/read" && same "$work/sent" "$work/read"
}

idempotence() {
  lines idempotent >"$work/sent"
  kc -P -t "$prefix-idempotent" -p 0 -K: -X enable.idempotence=true <"$work/sent" || return
  kc -C -t "$prefix-idempotent" -p 0 -o beginning -e -q -K: >"$work/read" && same "$work/sent" "$work/read"
}

groups() {
  lines grouped >"$work/sent"
  kc -P -t "$prefix-group" -p 0 -K: <"$work/sent" || return
  kc -G "$prefix-group" -o beginning -X auto.offset.reset=earliest -c 60 -q -K: "$prefix-group" >"$work/read" || return
  kc -G "$prefix-group" -X auto.offset.reset=earliest -c 40 -q -K: "$prefix-group" >>"$work/read" || return
  same "$work/sent" "$work/read"
}

transactions() {
  lines kept >"$work/sent"
  kc -P -t "$prefix-tx" -p 0 -K: -X transactional.id="$prefix-tx" <"$work/sent" || return
  kc -C -t "$prefix-tx" -p 0 -o beginning -e -q -K: -X isolation.level=read_committed >"$work/read" || return
  same "$work/sent" "$work/read"
}

feature 'produce and consume' produce_and_consume
feature metadata metadata
feature 'offsets for times' offsets_for_times
for codec in gzip snappy lz4 zstd; do feature "compression $codec" compression "$codec"; done
feature idempotence idempotence
feature groups groups
feature transactions transactions
