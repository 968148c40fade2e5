#!/usr/bin/env bash
# Makes a root directory with Ceph from Debian's packages, and prints where it is: a monitor, a place for objects, and the
# gateway that speaks S3. Nothing of it is started here; object-store.ts does that.
set -euo pipefail
cache=${OCORE_CACHE:-/var/cache/ocore}/object-store-$(sha256sum "$0" | cut -c1-16)
mkdir -p "$(dirname "$cache")"
exec 9>"$(dirname "$cache")/object-store.lock"
flock 9
if [ -f "$cache/done" ]; then echo "$cache"; exit 0; fi
work=$(mktemp -d "$(dirname "$cache")/build.XXXXXX")
trap 'umount "$work/proc" 2>/dev/null || true; rm -rf "$work"' EXIT
mirror=$(sed -nE 's/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]+).*/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v security | head -1 || true)
debootstrap --variant=minbase trixie "$work" "${mirror:-http://deb.debian.org/debian}" >&2
umount "$work/proc" 2>/dev/null || true
cp /etc/resolv.conf "$work/etc/resolv.conf"
cp -r /etc/apt/apt.conf.d/. "$work/etc/apt/apt.conf.d/" 2>/dev/null || true
printf '#!/bin/sh\nexit 101\n' >"$work/usr/sbin/policy-rc.d"; chmod +x "$work/usr/sbin/policy-rc.d"
chroot "$work" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd >&2
rm -rf "$work"/var/cache/apt/* "$work"/var/lib/apt/lists/* "$work"/usr/share/doc/* "$work"/usr/share/man/*
chmod 755 "$work"
touch "$work/done"
rm -rf "$cache"
mv "$work" "$cache"
echo "$cache"
