#!/bin/bash
# The tests of librdkafka that talk to a broker, each in a process of its own.
set -eu
. "$(dirname "$0")/../lib.sh"

case $verb in
  prepare)
    checkout https://github.com/confluentinc/librdkafka.git v2.0.2 292d2a66b9921b783f08147807992e603c7af059
    [ -x "$directory/tests/test-runner" ] && exit
    cd "$directory"
    {
      ./configure --disable-optimization
      for part in src src-cpp; do make -C $part -j2; done
      make -C tests -j2 build
    } >build.log 2>&1 || { tail -n 20 build.log >&2; exit 1; }
    ;;
  run)
    cd "$directory/tests"
    export RDKAFKA_TEST_CONF=$PWD/test-$broker.conf TEST_KAFKA_VERSION=3.9.0
    printf 'bootstrap.servers=%s\ntest.timeout.multiplier=3\n' "$broker" >"$RDKAFKA_TEST_CONF"
    # 8000 idles until it is ended.
    [ $# -gt 0 ] || set -- $(ls | grep -oE '^[0-7][0-9]{3}-[^.]*\.c(pp)?$')
    for test in "$@"; do
      start=$(now_ms)
      outcome=ok
      # Each in this process only, without those that need no broker, and quietly.
      TESTS=${test%%-*} timeout -k 5 180 ./test-runner -p1 -L -Q >"output-$broker" 2>&1 || outcome=failed
      grep -qE 'PASSED|FAILED' "output-$broker" || [ $outcome = failed ] || continue
      printf '%s\t%s\t%s\n' $outcome $(($(now_ms) - start)) "$test"
    done
    ;;
esac
