#!/usr/bin/env bash
# Makes a stand-in for the public image `postgres:18` of the one for `postgres:17` whose directory it is given, with the real
# PostgreSQL 18 of Debian's sid in place of 17, and prints the directory that holds it. Kept outside the checkout by its content.
set -euo pipefail
key=$(cat "$0" - <<<"$1" | sha256sum | cut -c1-16)
cache=${OCORE_CACHE:-/var/cache/ocore}/postgres-18-$key
exec 9>"$(dirname "$cache")/postgres-18.lock"
flock 9
if [ -f "$cache/done" ]; then echo "$cache"; exit 0; fi
work=$(mktemp -d "$(dirname "$cache")/build.XXXXXX")
root=$work/root
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
mirror=$(sed -nE 's/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]+).*/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v security | head -1 || true)
mkdir -p "$root/dev" "$root/proc" "$work/out"
tar -C "$root" -xf "$1/postgres.tar"
# Of its own, as the packages' scripts need them: nothing of this machine is in it.
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
mount -t proc proc "$root/proc"
printf 'deb %s sid main\n' "${mirror:-http://deb.debian.org/debian}" >"$root/etc/apt/sources.list.d/sid.list"
chroot "$root" apt-get update >&2
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get purge -y --auto-remove postgresql-17 postgresql-client-17 >&2
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-18/sid >&2
# As there: the directory of the data is another one since 18, and nothing is in the volume.
rm -rf "$root"/var/lib/postgresql/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
sed -ri "s/^#?listen_addresses = .*/listen_addresses = '*'/" "$root/usr/share/postgresql/18/postgresql.conf.sample"
chroot "$root" install -d -o postgres -g postgres -m 1777 /var/lib/postgresql
chroot "$root" install -d -o postgres -g postgres -m 3777 /var/run/postgresql
umount "$root/proc"
tar -C "$root" --exclude=./proc --exclude=./sys --exclude=./dev -cf "$work/out/postgres.tar" .
touch "$work/out/done"
rm -rf "$cache"
mv "$work/out" "$cache"
echo "$cache"
