import { z } from 'zod';
import { hostScript } from '../remote/index.ts';

/** Reads what a host is, as `key=value` lines. Only reads; works in any POSIX shell. */
export const factsScript = hostScript`
if [ -r /etc/os-release ]; then . /etc/os-release; fi
echo "os_name=$NAME"
echo "os_version=$VERSION_ID"
echo "kernel=$(uname -sr)"
echo "architecture=$(uname -m)"
echo "cpu_cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
echo "ram_kb=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)"
root=/var/lib/docker
[ -d "$root" ] || root=/var/lib
df -kP "$root" | awk 'NR==2 {print "disk_kb=" $2; print "disk_available_kb=" $4}'
echo "user_id=$(id -u)"
if [ "$(id -u)" = 0 ]; then echo sudo=root; elif sudo -n true 2>/dev/null; then echo sudo=yes; else echo sudo=no; fi
`;

/** Reads how a host does, from /proc: counters since boot, so that the reader computes rates from two readings. */
export const metricsScript = hostScript`
awk '{print "load1=" $1; print "load5=" $2; print "load15=" $3}' /proc/loadavg
awk '/^cpu / {t=0; for (i=2; i<=9; i++) t+=$i; print "cpu_total=" t; print "cpu_idle=" $5+$6}' /proc/stat
awk '/^MemTotal:/ {print "ram_kb=" $2} /^MemAvailable:/ {print "ram_available_kb=" $2}' /proc/meminfo
root=/var/lib/docker
[ -d "$root" ] || root=/var/lib
df -kP "$root" | awk 'NR==2 {print "disk_kb=" $2; print "disk_used_kb=" $3; print "disk_available_kb=" $4}'
awk -F'[: ]+' 'NR>2 {sub(/^ +/, ""); split($0, f, /[: ]+/); if (f[1] != "lo") {rx+=f[2]; tx+=f[10]}} END {printf "net_rx=%.0f\nnet_tx=%.0f\n", rx, tx}' /proc/net/dev
awk '{printf "uptime=%.0f\n", $1}' /proc/uptime
`;

export function parsePairs(output: string): Record<string, string> {
  return Object.fromEntries(output.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()]] : [];
  }));
}

const count = z.coerce.number().nonnegative();

export const factsShape = z.object({
  os_name: z.string(),
  os_version: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  cpu_cores: count,
  ram_kb: count,
  disk_kb: count,
  disk_available_kb: count,
  sudo: z.enum(['root', 'yes', 'no']),
});
export type Facts = z.infer<typeof factsShape>;

export const metricsShape = z.object({
  load1: count, load5: count, load15: count, cpu_total: count, cpu_idle: count, ram_kb: count, ram_available_kb: count,
  disk_kb: count, disk_used_kb: count, disk_available_kb: count, net_rx: count, net_tx: count, uptime: count,
});
export type Reading = z.infer<typeof metricsShape>;
