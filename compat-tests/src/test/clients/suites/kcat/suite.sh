#!/bin/bash
# The tests of kcat, with the kcat of this machine. Avro needs a schema registry, and is skipped by its own test.
set -eu
. "$(dirname "$0")/../lib.sh"

case $verb in
  prepare)
    command -v jq >/dev/null || { echo 'needs jq' >&2; exit 1; }
    checkout https://github.com/edenhill/kcat.git 1.7.1 9ca33cdbb8cb1f762d118ef76f96711125ccb091
    ln -sf "$(command -v kcat)" "$directory/kcat"
    ;;
  run)
    cd "$directory/tests"
    [ $# -gt 0 ] || set -- 0*.sh
    for test in "$@"; do
      start=$(now_ms)
      outcome=ok
      # On a terminal of its own: what kcat does without being told depends on there being one.
      output=$(BROKERS=$broker timeout -k 5 120 script -qec "./$test" /dev/null </dev/null 2>&1) || outcome=failed
      case $output in *SKIPPED*) continue ;; esac
      printf '%s\t%s\t%s\n' "$outcome" $(($(now_ms) - start)) "$test"
    done
    ;;
esac
