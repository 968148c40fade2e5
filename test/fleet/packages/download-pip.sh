#!/usr/bin/env bash
# Downloads the pip that Debian's trixie has, which the public image `odoo` is made of, and prints where the package lies. Kept
# outside the checkout by the content of this recipe.
set -euo pipefail
cache=${OCORE_CACHE:-/var/cache/ocore}/pip-$(sha256sum "$0" | cut -c1-16)
mkdir -p "$(dirname "$cache")"
exec 9>"$(dirname "$cache")/pip.lock"
flock 9
if [ -f "$cache/pip.deb" ]; then echo "$cache/pip.deb"; exit 0; fi
work=$(mktemp -d "$(dirname "$cache")/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
mirror=$(sed -nE 's/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]+).*/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v security | head -1 || true)
printf 'deb %s trixie main\n' "${mirror:-http://deb.debian.org/debian}" >"$work/sources.list"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/out"
touch "$work/status"
cd "$work/out"
apt=(apt-get -q -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/lists" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update >&2
"${apt[@]}" download python3-pip >&2
mv python3-pip_*.deb pip.deb
rm -rf "$cache"
mv "$work/out" "$cache"
echo "$cache/pip.deb"
