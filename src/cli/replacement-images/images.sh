#!/usr/bin/env bash
# Makes the local stand-ins for the public images `odoo:19.0`, `postgres:17`, `restic/restic:0.19.1` and `edoburu/pgbouncer:v1.25.2-p0` from Debian's
# packages, with the public images' contracts (names, users, volumes, ports, environment, entrypoints), and prints the directory that holds them.
# They are kept outside the checkout, under a name made from this folder's recipes, and rebuilt when that is absent.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
key=$(cat "$here/images.sh" "$here"/image/* | sha256sum | cut -c1-16)
cache=${OCORE_CACHE:-/var/cache/ocore}/images-$key
mkdir -p "$(dirname "$cache")"
exec 9>"$(dirname "$cache")/images.lock"
flock 9
if [ -f "$cache/done" ]; then echo "$cache"; exit 0; fi
work=$(mktemp -d "$(dirname "$cache")/build.XXXXXX")
trap 'umount "$work"/*/proc 2>/dev/null || true; rm -rf "$work"' EXIT
mirror=$(sed -nE 's/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]+).*/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v security | head -1 || true)
mirror=${mirror:-http://deb.debian.org/debian}

slim() { # the packages' documentation and lists are not needed in an image
  rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/locale/*
}

base() {
  local root=$1
  debootstrap --variant=minbase trixie "$root" "$mirror" >&2
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # The same way to the packages as this machine's own: proxies, certificates.
  cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"; chmod +x "$root/usr/sbin/policy-rc.d"
  # Whether debootstrap leaves it mounted depends on its version.
  umount "$root/proc" 2>/dev/null || true
}

root=$work/root
base "$root"
cp -a "$root" "$work/restic"
cp -a "$root" "$work/pgbouncer"
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends tzdata ca-certificates postgresql-17 >&2
cp -a "$root" "$work/postgres"

# Odoo 19 lives in sid only; everything else stays trixie, whose Python it works with.
printf 'deb %s sid main\n' "$mirror" >"$root/etc/apt/sources.list.d/sid.list"
printf 'Package: *\nPin: release n=sid\nPin-Priority: 100\n' >"$root/etc/apt/preferences.d/sid"
chroot "$root" apt-get update >&2
chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends curl odoo-19 >&2

install -m 755 "$here/image/odoo-entrypoint.sh" "$root/entrypoint.sh"
install -m 755 "$here/image/wait-for-psql.py" "$root/usr/local/bin/wait-for-psql.py"
mkdir -p "$root/mnt/extra-addons" "$root/var/lib/odoo" "$root/etc/odoo"
# The public image has this in place of the package's own, which names a database.
printf '[options]\naddons_path = /mnt/extra-addons\ndata_dir = /var/lib/odoo\n' >"$root/etc/odoo/odoo.conf"
chroot "$root" chown -R odoo:odoo /mnt/extra-addons /var/lib/odoo /etc/odoo
chroot "$root" apt-get purge -y postgresql-17 postgresql-common >&2 || true
slim "$root"
chroot "$work/postgres" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gosu >&2
install -m 755 "$here/image/postgres-entrypoint.sh" "$work/postgres/usr/local/bin/docker-entrypoint.sh"
rm -rf "$work/postgres/var/lib/postgresql/17"
sed -ri "s/^#?listen_addresses = .*/listen_addresses = '*'/" "$work/postgres/usr/share/postgresql/17/postgresql.conf.sample"
mkdir -p "$work/postgres/docker-entrypoint-initdb.d"
# Owners and modes as the public image has them; its 1777 lets any user start it, and PGDATA becomes 0700 at the start.
chroot "$work/postgres" sh -ec '
  rm -rf /var/run/postgresql
  install -d -o postgres -g postgres -m 1777 /var/lib/postgresql /var/lib/postgresql/data
  install -d -o postgres -g postgres -m 3777 /var/run/postgresql'
slim "$work/postgres"
# What restic's own Dockerfile adds to its base; everything there runs as root, and nothing stands in front of restic.
# `restic check` of single snapshots came with 0.19, which is in sid only.
printf 'deb %s sid main\n' "$mirror" >"$work/restic/etc/apt/sources.list.d/sid.list"
printf 'Package: *\nPin: release n=sid\nPin-Priority: 100\n' >"$work/restic/etc/apt/preferences.d/sid"
chroot "$work/restic" apt-get update >&2
chroot "$work/restic" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends restic/sid ca-certificates fuse3 openssh-client tzdata jq >&2
slim "$work/restic"
# What pgbouncer's Dockerfile has beside Alpine: the program in /usr/bin, nobody but `postgres` (70) to run it, directories of its own.
chroot "$work/pgbouncer" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends pgbouncer >&2
chroot "$work/pgbouncer" sh -ec '
  userdel postgres; groupadd -r -g 70 postgres; useradd -r -M -u 70 -g 70 -d /var/lib/postgresql -s /bin/sh postgres
  mv /usr/sbin/pgbouncer /usr/bin/pgbouncer; rm -rf /etc/pgbouncer /var/log/pgbouncer /run/pgbouncer
  install -d -o postgres /etc/pgbouncer /run/pgbouncer; install -d /var/log/pgbouncer'
install -m 755 "$here/image/pgbouncer-entrypoint.sh" "$work/pgbouncer/entrypoint.sh"
slim "$work/pgbouncer"
mkdir "$work/out"
tar -C "$root" --exclude=./proc --exclude=./sys --exclude=./dev -cf "$work/out/odoo.tar" .
tar -C "$work/postgres" --exclude=./proc --exclude=./sys --exclude=./dev -cf "$work/out/postgres.tar" .
tar -C "$work/restic" --exclude=./proc --exclude=./sys --exclude=./dev -cf "$work/out/restic.tar" .
tar -C "$work/pgbouncer" --exclude=./proc --exclude=./sys --exclude=./dev -cf "$work/out/pgbouncer.tar" .
touch "$work/out/done"
rm -rf "$cache"
mv "$work/out" "$cache"
echo "$cache"
