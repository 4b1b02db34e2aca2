#!/bin/bash
# The tests of kafkajs that talk to a broker. Left out: the files that need SASL or ACLs from end to end.
set -eu
. "$(dirname "$0")/../lib.sh"

case $verb in
  prepare)
    checkout https://github.com/tulios/kafkajs.git v2.2.4 c08472878724ce5fc62a9a9aa865255d7e7682a6
    install_node_packages
    # A test that waits for a broker it does not have waits 90 s otherwise.
    sed -i 's/^jest.setTimeout(.*/jest.setTimeout(45000)/' "$directory/testHelpers/setup.js"
    ;;
  run)
    # Three brokers, which are one here.
    use_node 9092,9095,9098
    export KAFKA_VERSION=2.4 NODE_ENV=test KAFKAJS_DEBUG_PROTOCOL_BUFFERS=1
    cd "$directory"
    [ $# -gt 0 ] || set -- 'src/(admin|broker|cluster|consumer|producer|network|instrumentation)/'
    node node_modules/.bin/jest --ci --runInBand --no-watchman --forceExit --reporters="$here/reporter.cjs" \
      --testPathIgnorePatterns /node_modules/ --testPathIgnorePatterns 'Acls.spec|reauthenticate.spec' -- "$@" || true
    ;;
esac
