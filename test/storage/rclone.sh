#!/usr/bin/env bash
# Prints the path of an rclone that serves S3 (1.65 or newer): the system's own, or that of Debian sid, unpacked beside the test fleet.
set -euo pipefail
if command -v rclone >/dev/null && rclone serve s3 --help >/dev/null 2>&1; then command -v rclone; exit 0; fi
dir=${1:?the directory to keep it in}
if [ ! -x "$dir/x/usr/bin/rclone" ]; then
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  cd "$dir"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main\n' >sid.list
  options=(-qq -o "Dir::Etc::sourcelist=$dir/sid.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  apt-get "${options[@]}" download rclone
  dpkg -x rclone_*.deb x
fi
echo "$dir/x/usr/bin/rclone"
