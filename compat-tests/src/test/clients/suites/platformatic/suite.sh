#!/bin/bash
# The tests of @platformatic/kafka that talk to a broker. Left out: those that need SASL, Kerberos or a schema registry, and two of
# back-pressure, which need more than the two minutes that they give themselves, on any broker here.
set -eu
. "$(dirname "$0")/../lib.sh"

case $verb in
  prepare)
    checkout https://github.com/platformatic/kafka.git v1.34.0 79e6bc143ded56732dee59815857256f8fdb8180
    install_node_packages
    ;;
  run)
    use_node 9001,9011
    # Asked of Docker otherwise; a version of Confluent's, which is four more than Apache's.
    export KAFKA_VERSION=8.0.0
    cd "$directory"
    [ $# -gt 0 ] || set -- $(ls test/clients/{admin,consumer,producer}/*.test.ts test/clients/base/base.test.ts \
      test/network/connection-pool.test.ts | grep -v backpressure)
    for test in "$@"; do
      # Fails where a test does, which the lines tell. The limit is that of a file as well as of each test.
      node --test --test-timeout=600000 --test-reporter="$here/reporter.mjs" "$test" || true
    done
    ;;
esac
