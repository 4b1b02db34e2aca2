#!/usr/bin/env bash
# Prepares this machine for the tests as far as it can, runs a command, and puts back what it changed.
#
#   prepare-tests.sh COMMAND [ARGUMENT...]
#
# As root on a Debian system: installs the tools the tests call, mounts what a container engine needs, reserves huge
# pages, and starts a Docker engine of its own (own socket, own data, own bridge) that ends with the command. Without
# root, or elsewhere, it says what is left out; the tests concerned then skip with the same reason, or fail where CI=true.
# With TICKWIRE_PREPARE_ONLY=packages it stops after installing.
set -u

root=$(cd "$(dirname "$0")/../../../.." && pwd)
started=$SECONDS
left_out=()
state=
dockerd_pid=
bridge=
pages_file=/proc/sys/vm/nr_hugepages
pages_before=

say() { printf '[prepare] %s\n' "$*"; }
leave_out() { left_out+=("$*"); }
is_root() { [ "$(id -u)" = 0 ]; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- tools -----------------------------------------------------------------------------------------------------------

# Each line: what is missing without it, then its packages.
packages() {
  cat <<'LIST'
kcat client tests|kcat
Python client tests|python3 python3-kafka python3-confluent-kafka python3-snappy python3-lz4 python3-zstandard
real Kafka in a container|docker.io iptables busybox-static
C header and subscriber tests|gcc libc6-dev
C header under sanitizers|clang libclang-rt-14-dev
network namespaces and virtual links|iproute2 ethtool nftables
packet captures decoded by a second implementation|tshark
ping of the userspace stack|iputils-ping
when acknowledgements wait for the device|strace
userspace network devices|librte-eal23 librte-ethdev23 librte-mempool-ring23 librte-bus-vdev23 librte-bus-pci23 librte-net-ring23 librte-net-null23 librte-net-af-packet23 librte-net-af-xdp23 librte-net-tap23 librte-net-memif23 librte-net-vhost23 librte-net-virtio23 librte-net-pcap23 libxdp1 libbpf1
userspace network compared with C|libdpdk-dev pkg-config
native Node.js client|librdkafka-dev libzstd-dev g++ make python3
JavaScript clients|nodejs
build|maven
LIST
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_packages() {
  packages | cut -d'|' -f2 | tr ' ' '\n' | while read -r name; do
    # A tool that came from elsewhere does as well as Debian's.
    case $name in
      nodejs) has node && continue ;;
      maven) has mvn && continue ;;
    esac
    installed "$name" || printf '%s\n' "$name"
  done
  has npm || printf 'npm\n'
}

apt() { DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Dpkg::Use-Pty=0 "$@" </dev/null; }

install_packages() {
  local wanted log=$state/apt.log
  mapfile -t wanted < <(missing_packages)
  [ ${#wanted[@]} -eq 0 ] && return
  if ! is_root; then
    leave_out "not root, so not installed: ${wanted[*]} (sudo apt-get install ${wanted[*]})"
    return
  fi
  say "installing ${#wanted[@]} packages: ${wanted[*]}"
  apt update >"$log" 2>&1 || leave_out "apt-get update failed: $(tail -n 1 "$log")"
  # An installed engine must not start as a service here: the tests start one of their own.
  local policy=/usr/sbin/policy-rc.d own_policy=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && own_policy=yes
  fi
  if ! apt install --no-install-recommends "${wanted[@]}" >"$log" 2>&1; then
    local name
    for name in "${wanted[@]}"; do
      apt install --no-install-recommends "$name" >"$log" 2>&1 \
        || leave_out "package $name: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
    done
  fi
  [ -z "$own_policy" ] || rm -f $policy
}

# --- kernel ----------------------------------------------------------------------------------------------------------

# 256 pages of 2 MiB, when the machine has four times that to spare.
reserve_huge_pages() {
  local wanted=256 now free_kib
  if ! is_root || [ ! -w $pages_file ]; then
    leave_out "huge pages cannot be reserved ($pages_file): devices are tested on ordinary pages"
    return
  fi
  now=$(cat $pages_file)
  [ "$now" -ge $wanted ] && return
  free_kib=$(awk '/^MemAvailable/ {print $2}' /proc/meminfo)
  if [ "$free_kib" -lt $((wanted * 2048 * 4)) ]; then
    leave_out "huge pages: only $((free_kib / 1024)) MiB of memory available"
    return
  fi
  if { echo $wanted >$pages_file; } 2>/dev/null && [ "$(cat $pages_file)" -gt "$now" ]; then
    pages_before=$now
    say "reserved $(cat $pages_file) huge pages"
  else
    leave_out "huge pages: the kernel gave none"
  fi
}

mount_cgroups() {
  is_root || return
  mountpoint -q /sys/fs/cgroup && return
  mkdir -p /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null && return
  leave_out "control groups could not be mounted: a container engine may not start"
}

# --- container engine --------------------------------------------------------------------------------------------------

wait_for_engine() {
  local tries=0
  until docker version >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 150 ] && kill -0 "$dockerd_pid" 2>/dev/null || return 1
    sleep 0.2
  done
}

# An own bridge, so that an engine already on this machine keeps its own.
make_bridge() {
  local number
  for number in $(seq 40 79); do
    bridge=twbr$number
    if ip link add "$bridge" type bridge 2>/dev/null; then
      ip addr add "172.31.$number.1/24" dev "$bridge" && ip link set "$bridge" up && return
      ip link del "$bridge"
    fi
  done
  bridge=
  return 1
}

start_engine() {
  if has docker && docker version >/dev/null 2>&1; then
    say "using the container engine that runs here"
    return
  fi
  if ! is_root || ! has dockerd; then
    leave_out "no container engine runs and none can be started: real Kafka runs as a child process instead"
    return
  fi
  if ! make_bridge; then
    leave_out "container engine: no network bridge could be made"
    return
  fi
  DOCKER_HOST=unix://$state/docker.sock
  export DOCKER_HOST
  dockerd -H "$DOCKER_HOST" --data-root "$state/docker" --exec-root "$state/exec" --pidfile "$state/dockerd.pid" \
    --bridge "$bridge" --ip 127.0.0.1 </dev/null >"$state/dockerd.log" 2>&1 &
  dockerd_pid=$!
  if wait_for_engine; then
    say "container engine $(docker version --format '{{.Server.Version}}') on $DOCKER_HOST"
  else
    leave_out "container engine did not start: $(tail -n 1 "$state/dockerd.log")"
    unset DOCKER_HOST
  fi
}

stop_engine() {
  [ -n "$dockerd_pid" ] || return
  local containers
  containers=$(docker ps -aq 2>/dev/null) && [ -n "$containers" ] && docker rm -f $containers >/dev/null 2>&1
  kill "$dockerd_pid" 2>/dev/null
  local tries=0
  while kill -0 "$dockerd_pid" 2>/dev/null && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -9 "$dockerd_pid" 2>/dev/null
  [ -z "$bridge" ] || ip link del "$bridge" 2>/dev/null
}

# --- way in and out ------------------------------------------------------------------------------------------------------

clean_up() {
  trap - EXIT INT TERM HUP
  [ -z "${command_pid:-}" ] || kill "$command_pid" 2>/dev/null
  stop_engine
  [ -z "$pages_before" ] || { echo "$pages_before" >$pages_file; } 2>/dev/null
  [ -z "$state" ] || rm -rf "$state"
}

report() {
  local line
  for line in ${left_out[@]+"${left_out[@]}"}; do
    say "left out: $line"
  done
  say "ready after $((SECONDS - started)) s"
}

state=$(mktemp -d "${TMPDIR:-/tmp}/tickwire-tests.XXXXXX")
trap clean_up EXIT
trap 'clean_up; exit 130' INT
trap 'clean_up; exit 143' TERM HUP

if [ "$(uname -s)" != Linux ]; then
  leave_out "not Linux: only tests that need no kernel facilities run"
elif ! has apt-get; then
  leave_out "no apt-get here: tools that are missing are not installed"
else
  install_packages
fi
if [ "${TICKWIRE_PREPARE_ONLY:-}" = packages ]; then
  report
  exit 0
fi
if [ "$(uname -s)" = Linux ]; then
  mount_cgroups
  start_engine
  reserve_huge_pages
fi
# These machines may themselves be containers: ports are published on the loopback address, and no helper image can be pulled.
export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
report

cd "$root" || exit 1
"$@" </dev/null &
command_pid=$!
wait "$command_pid"
status=$?
command_pid=
exit $status
