#!/usr/bin/env bash
# Installs what the test fleet is made of, and the browser and tools of the other tests (Debian or Ubuntu, as root). Quick when everything is there.
set -euo pipefail
want=(docker.io openssh-server openssh-client iptables debootstrap docker-registry ca-certificates curl jq oathtool chromium fonts-dejavu-core tcsh fish sudo)
missing=()
for package in "${want[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
export DEBIAN_FRONTEND=noninteractive
# The fleet starts its own daemons: the packages' services must not start beside them.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; trap 'rm -f "$policy"' EXIT; }
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
