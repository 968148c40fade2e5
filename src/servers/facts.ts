import { z } from 'zod';
import { type HostScript, hostScript, inOneLine, parsePairs, RemoteError, type RemoteHost } from '../remote/index.ts';

/** Reads what a host is, as `key=value` lines; its input is `diskOf`. Only reads; works in any POSIX shell. */
export const factsScript = hostScript`
if [ -r /etc/os-release ]; then . /etc/os-release; fi
echo "os_name=$NAME"
echo "os_version=$VERSION_ID"
echo "kernel=$(uname -sr)"
echo "architecture=$(uname -m)"
echo "cpu_cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
echo "ram_kb=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)"
IFS= read -r root
[ -n "$root" ] || root=/var/lib/docker
while [ ! -d "$root" ]; do root=$(dirname "$root"); done
df -kP "$root" | awk 'NR==2 {print "disk_kb=" $2; print "disk_available_kb=" $4}'
echo "user_id=$(id -u)"
if [ "$(id -u)" = 0 ]; then echo sudo=root
elif said=$(LC_ALL=C sudo -n true 2>&1 </dev/null); then echo sudo=yes
else echo sudo=no; echo "sudo_says=$(printf %s "$said" | tr '\n' ' ')"; fi
`;

/** Reads how a host does, from /proc: counters since boot, so that the reader computes rates from two readings; its input is `diskOf`. */
export const metricsScript = hostScript`
awk '{print "load1=" $1; print "load5=" $2; print "load15=" $3}' /proc/loadavg
awk '/^cpu / {t=0; for (i=2; i<=9; i++) t+=$i; print "cpu_total=" t; print "cpu_idle=" $5+$6}' /proc/stat
awk '/^MemTotal:/ {print "ram_kb=" $2} /^MemAvailable:/ {print "ram_available_kb=" $2}' /proc/meminfo
IFS= read -r root
[ -n "$root" ] || root=/var/lib/docker
while [ ! -d "$root" ]; do root=$(dirname "$root"); done
df -kP "$root" | awk 'NR==2 {print "disk_kb=" $2; print "disk_used_kb=" $3; print "disk_available_kb=" $4}'
awk -F'[: ]+' 'NR>2 {sub(/^ +/, ""); split($0, f, /[: ]+/); if (f[1] != "lo") {rx+=f[2]; tx+=f[10]}} END {printf "net_rx=%.0f\nnet_tx=%.0f\n", rx, tx}' /proc/net/dev
awk '{printf "uptime=%.0f\n", $1}' /proc/uptime
`;

/** The line that tells these scripts which disk to measure: that of the engine's data, once it is known. */
export function diskOf({ dockerRootDir }: { dockerRootDir: string | null }): { input: string } {
  return { input: `${dockerRootDir ?? ''}\n` };
}

const count = z.coerce
  .number()
  .nonnegative()
  .max(2 ** 62);
const kilobytes = z.coerce
  .number()
  .int()
  .nonnegative()
  .max(2 ** 50);
const text = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u);

export const factsShape = z.object({
  os_name: text,
  os_version: text,
  kernel: text,
  architecture: text,
  cpu_cores: z.coerce.number().int().nonnegative().max(100_000),
  ram_kb: kilobytes,
  disk_kb: kilobytes,
  disk_available_kb: kilobytes,
  sudo: z.enum(['root', 'yes', 'no']),
  sudo_says: z.string().max(4096).optional(),
});
export type Facts = z.infer<typeof factsShape>;

export const metricsShape = z.object({
  load1: count,
  load5: count,
  load15: count,
  cpu_total: count,
  cpu_idle: count,
  ram_kb: kilobytes,
  ram_available_kb: kilobytes,
  disk_kb: kilobytes,
  disk_used_kb: kilobytes,
  disk_available_kb: kilobytes,
  net_rx: count,
  net_tx: count,
  uptime: count,
});
export type Reading = z.infer<typeof metricsShape>;

/** Runs one of these scripts. What a server prints is input: whatever is not in the given shape is an error that says so. */
export async function readFrom<T>(
  host: RemoteHost,
  script: HostScript,
  shape: z.ZodType<T>,
  options: Parameters<RemoteHost['run']>[1],
): Promise<T> {
  const { stdout, stderr, code } = await host.run(script, options);
  const said = inOneLine(stderr);
  if (code !== 0)
    throw new RemoteError(
      'remote_command_failed',
      `A script of oCore ended with exit code ${code} on the server${said && ` and printed: “${said}”`}`,
    );
  const parsed = shape.safeParse(parsePairs(stdout));
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  throw new RemoteError(
    'remote_command_failed',
    `The server does not report these values in the expected form: ${[...names].join(', ')}${said && `. It printed: “${said}”`}`,
    { cause: parsed.error },
  );
}
