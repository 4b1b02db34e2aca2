# What the suites have in common; each is called as
#
#   suite.sh prepare DIRECTORY                     fetches and builds what it needs, once
#   suite.sh run DIRECTORY HOST:PORT [FILE...]     runs all tests or those of some files, in a few minutes each at most
#
# and prints a line for each test that ran: "ok" or "failed", milliseconds, "FILE › NAME", separated by tabs.

here=$(cd "$(dirname "$0")" && pwd)
verb=$1
directory=$2
broker=${3:-}
shift $(($# < 3 ? $# : 3))

# checkout URL TAG COMMIT: the sources at a commit. Where the address cannot be reached, git's url.BASE.insteadOf names a mirror.
checkout() {
  if [ "$(git -C "$directory" rev-parse HEAD 2>/dev/null)" != "$3" ]; then
    rm -rf "$directory"
    git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$2" "$1" "$directory"
  fi
  if [ "$(git -C "$directory" rev-parse HEAD)" != "$3" ]; then
    echo "$1: $2 is another commit than $3" >&2
    return 1
  fi
}

# The packages that the tests need, at the versions of the lock file here, in place of all that the project develops with.
install_node_packages() {
  cmp -s "$here/package-lock.json" "$directory/package-lock.json" && [ -d "$directory/node_modules" ] && return
  cp "$here/package.json" "$here/package-lock.json" "$directory/"
  rm -f "$directory/yarn.lock" "$directory/pnpm-lock.yaml"
  (cd "$directory" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
}

# Node.js from the lock file, with the addresses that the tests have built in led to the broker.
use_node() {
  PATH=$(echo "$directory"/node_modules/node-linux-*/bin):$PATH
  export PATH COMPAT_PORTS="$1" COMPAT_BROKER="$broker" NODE_OPTIONS="--require $here/../redirect.cjs"
}

now_ms() { date +%s%3N; }
