#!/usr/bin/env bash
# Builds an image of Apache Kafka for machines that reach no image registry, out of this machine's own parts.
#
#   build-kafka-image.sh JAVA_HOME IMAGE JAR...
#
# The image behaves as apache/kafka does for Testcontainers: bash, sleep with fractions, /etc/kafka/docker/run, which turns
# KAFKA_* and CLUSTER_ID into server.properties, formats the storage and starts the broker with its log on the console.
set -eu

java_home=$1
image=$2
shift 2
tree=$(mktemp -d "${TMPDIR:-/tmp}/kafka-image.XXXXXX")
trap 'rm -rf "$tree"' EXIT

mkdir -p "$tree"/bin "$tree"/etc/kafka/docker "$tree"/opt/kafka "$tree"/proc "$tree"/sys "$tree"/dev "$tree"/root
mkdir -m 1777 "$tree"/tmp
cp "$(command -v busybox)" "$tree"/bin/busybox
for tool in sh sleep cat chmod mkdir ls rm env kill ps id hostname; do
  ln -s busybox "$tree/bin/$tool"
done
cp /bin/bash "$tree"/bin/bash
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tree"/etc/passwd
printf 'root:x:0:\n' >"$tree"/etc/group
printf 'hosts: files dns\n' >"$tree"/etc/nsswitch.conf

"$java_home"/bin/jlink --output "$tree"/opt/java --strip-debug --no-header-files --no-man-pages --add-modules \
  java.se,jdk.unsupported,jdk.management,jdk.management.agent,jdk.crypto.ec,jdk.crypto.cryptoki,jdk.zipfs,jdk.security.auth,jdk.security.jgss,jdk.net,jdk.naming.dns,jdk.localedata

# Shared libraries: what bash and the runtime name, and the C++ runtime for the native parts of snappy and zstd.
{
  find "$tree"/bin/bash "$tree"/opt/java/bin "$tree"/opt/java/lib -type f \( -name '*.so' -o -perm -u+x \) -print0 \
    | xargs -0 -n 1 ldd 2>/dev/null | awk '/=> \// {print $3} $1 ~ /^\/lib/ {print $1}'
  ldconfig -p | awk '/libstdc\+\+\.so\.6|libgcc_s\.so\.1|libnss_(files|dns)\.so\.2|libresolv\.so\.2/ && /x86-64|AArch64/ {print $NF}'
} | sort -u | while read -r library; do
  case $library in "$tree"/*) continue ;; esac
  mkdir -p "$tree$(dirname "$library")"
  cp -L "$library" "$tree$library"
done

cp "$@" "$tree"/opt/kafka/

cat >"$tree"/etc/kafka/docker/run <<'RUN'
#!/bin/bash
set -eu
properties=/tmp/server.properties
: >$properties
while IFS='=' read -r name value; do
  case $name in
    KAFKA_HEAP_OPTS | KAFKA_OPTS | KAFKA_JVM_OPTS) ;;
    KAFKA_*)
      key=${name#KAFKA_}
      key=${key,,}
      key=${key//___/-}
      key=${key//__/$'\001'}
      key=${key//_/.}
      printf '%s=%s\n' "${key//$'\001'/_}" "$value" >>$properties
      ;;
  esac
done < <(env)
grep_log_dirs=$(while read -r line; do case $line in log.dirs=*) echo yes ;; esac; done <$properties)
[ -n "$grep_log_dirs" ] || echo "log.dirs=/tmp/kraft-combined-logs" >>$properties
/opt/java/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '/opt/kafka/*' \
  kafka.tools.StorageTool format -g -t "${CLUSTER_ID:-4L6g3nShT-eMCtK--X86sw}" -c $properties
exec /opt/java/bin/java ${KAFKA_HEAP_OPTS:--Xmx512m} ${KAFKA_OPTS:-} -XX:+UseG1GC --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp '/opt/kafka/*' kafka.Kafka $properties
RUN
chmod +x "$tree"/etc/kafka/docker/run

tar -C "$tree" -c . | docker import \
  --change 'ENV PATH=/opt/java/bin:/bin' --change 'ENV JAVA_HOME=/opt/java' --change 'EXPOSE 9092' \
  --change 'CMD ["/etc/kafka/docker/run"]' - "$image"
