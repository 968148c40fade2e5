import type Docker from 'dockerode';
import tar from 'tar-stream';
import { buffer } from 'node:stream/consumers';

/** How long the stand-in's database initialisation takes, as a real one does on a machine of its own. */
export const initialisationSeconds = 20;

/** Says yes to everything, and what it is asked for by name; for a dump it does what the script of the session asks for. */
const psql = `#!/bin/sh
case " $* " in *" /run/ocore/dump.sql "*)
  export SNAPSHOT=none
  /run/ocore/dump.sh start
  /run/ocore/dump.sh wait
  echo '{"version":"17.0","encoding":"UTF8","collate":"C"}'
  exit 0 ;;
esac
case "$(cat)" in
  *server_version_num*) echo "\${SMALL_RELEASE:-17}0000" ;;
  *'FROM ir_module_module m WHERE state IN'*) echo base ;;
  *"coalesce(latest_version, '')"*) printf 'acme_note|installed|19.0.1.0.0\\nbase|installed|19.0.1.3\\n' ;;
  *"name || ' ' || state"*) printf 'acme_note installed\\nbase installed\\n' ;;
  *ocore_received*) echo t ;;
  *replica_behind*) echo 0 ;;
  *'FROM pg_stat_replication'*) echo streaming ;;
  *'END AS promoted'*) echo t ;;
  *pg_is_in_recovery*) echo f ;;
esac
exit 0
`;
/** What works on the zips of Odoo says what it would say of an empty one, after a while; what lists modules has one. */
const python = `#!/bin/sh
sleep 1
case "$*" in *ocore-module:*) echo ocore-module:base; exit 0 ;; esac
[ "$3" = check ] && echo '{"done":{"odoo_dump":"1","major_version":"19.0","pg_version":"17.0","dumpBytes":1,"filestoreBytes":0,"files":0}}' || echo '{"done":{"bytes":1}}'
exit 0
`;
const pgDump = `#!/bin/sh
for word; do case "$word" in --file=*) echo nothing >"\${word#--file=}/toc.dat" ;; esac; done
`;
/** Copies nothing, and says in its copy where changes begin, as the real one does. */
const baseBackup = `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = -D ] && mkdir -p "$2" && echo 'START WAL LOCATION: 0/2 (file 000000010000000000000002)' >"$2/backup_label"; shift; done
`;
/**
 * What the code reads of restic: its exit codes, its JSON lines, and that what was put into a repository is there afterwards.
 * A snapshot is a copy. It needs none of the processor time that restic's keys and packs do.
 */
const restic = `#!/bin/sh
fail() { echo "{\\"message_type\\":\\"exit_error\\",\\"code\\":$1,\\"message\\":\\"Fatal: $2\\"}" >&2; exit "$1"; }
repository=$RESTIC_REPOSITORY
while :; do case "$1" in -o | --retry-lock) shift 2 ;; *) break ;; esac; done
command=$1
shift
[ "$command" = init ] || [ -f "$repository/config" ] || fail 10 'repository does not exist'
while [ $# -gt 0 ]; do
  case "$1" in
    --tag) tag=$2; shift ;;
    --target) target=$2; shift ;;
    --host | --group-by) shift ;;
    --include=*) only="$only \${1#--include=}" ;;
    --*) ;;
    *) words="$words $1" ;;
  esac
  shift
done
set -- $words
case "$command" in
  init) mkdir -p "$repository/snapshots" && : >"$repository/config" ;;
  cat) cat "$repository/$1" ;;
  list | unlock | prune) ;;
  backup)
    sleep 1
    id=$(sha256sum /proc/sys/kernel/random/uuid | cut -c 1-64)
    mkdir "$repository/$id" && cp -a --parents "$1" "$repository/$id" || fail 1 'unable to save snapshot'
    echo "$tag" >"$repository/$id/tags"
    mv "$repository/$id" "$repository/snapshots/$id"
    echo "{\\"message_type\\":\\"summary\\",\\"snapshot_id\\":\\"$id\\",\\"total_bytes_processed\\":1000,\\"data_added_packed\\":100}" ;;
  copy)
    sleep 1
    from=$RESTIC_FROM_REPOSITORY/snapshots/$1
    [ -d "$from" ] || fail 1 "no matching ID found for prefix $1"
    id=$(echo "copy of $1" | sha256sum | cut -c 1-64)
    [ -d "$repository/snapshots/$id" ] && exit 0
    rm -rf "$repository/$id" && cp -a "$from" "$repository/$id" && mv "$repository/$id" "$repository/snapshots/$id" || fail 1 'unable to save snapshot' ;;
  snapshots)
    for one in "$repository"/snapshots/*; do
      case ",$(cat "$one/tags")," in *",$tag,"*) found="$found\${found:+,}{\\"id\\":\\"\${one##*/}\\"}" ;; esac
    done
    echo "[$found]" ;;
  check)
    sleep 1
    for id; do [ -d "$repository/snapshots/$id" ] || fail 1 "no matching ID found for prefix $id"; done
    echo '{"message_type":"summary","num_errors":0}' ;;
  ls)
    id=$1
    shift
    for path; do
      if [ -f "$repository/snapshots/$id$path" ]; then echo "{\\"type\\":\\"file\\",\\"path\\":\\"$path\\",\\"size\\":1,\\"message_type\\":\\"node\\"}"; fi
    done ;;
  dump) cat "$repository/snapshots/$1$2" || fail 1 "path $2 not found in snapshot" ;;
  restore)
    sleep 1
    [ -d "$repository/snapshots/\${1%%:*}\${1#*:}" ] || fail 1 "path \${1#*:}: not found"
    mkdir -p "$target" && cd "$repository/snapshots/\${1%%:*}\${1#*:}" || fail 1 'unable to write'
    for one in \${only:-/.}; do cp -a --parents ".$one" "$target" || fail 1 'unable to write'; done
    echo '{"message_type":"summary"}' ;;
  forget)
    for id; do rm -rf "$repository/snapshots/$id"; done
    for one in "$repository"/snapshots/*; do
      [ -n "$tag" ] || continue
      case ",$(cat "$one/tags")," in *",$tag,"*) rm -rf "$one" ;; esac
    done ;;
  *) fail 1 "unknown command $command" ;;
esac
`;
/** The first process of a container gets only the signals that it asked for. */
const asleep = "trap 'exit 0' TERM INT\nsleep 1000000 &\nwait\n";

function filesFor(seconds: number): Readonly<Record<string, string>> {
  return {
    'usr/local/bin/docker-entrypoint.sh': `#!/bin/sh\ncase "$1" in odoo | sh) exec "$@" ;; esac\n${asleep}`,
    'usr/local/sbin/pg_isready': '#!/bin/sh\nexit 0\n',
    'usr/local/sbin/psql': psql,
    'usr/lib/postgresql/17/bin/psql': psql,
    'usr/lib/postgresql/17/bin/pg_dump': pgDump,
    'usr/lib/postgresql/17/bin/pg_restore': '#!/bin/sh\nsleep 1\nexit 0\n',
    'usr/local/bin/python3': python,
    'usr/local/bin/restic': restic,
    'usr/local/bin/pgbouncer': `#!/bin/sh\n${asleep}`,
    'usr/local/bin/curl': '#!/bin/sh\nprintf 200\n',
    'usr/lib/postgresql/17/bin/pg_basebackup': baseBackup,
    'usr/lib/postgresql/17/bin/pg_receivewal': `#!/bin/sh\n${asleep}`,
    'usr/lib/postgresql/17/bin/pg_archivecleanup': '#!/bin/sh\nexit 0\n',
    'usr/lib/postgresql/17/bin/pg_isready': '#!/bin/sh\nexit 0\n',
    // Says how far it is, and ends as Odoo does when it is told to.
    'usr/local/bin/odoo': `#!/bin/sh
case " $* " in *' neutralize '*) sleep 1; echo '2026-01-01 00:00:00,000 1 INFO small odoo.modules.neutralize: Neutralization finished'; exit 0 ;; esac
case " $* " in *--stop-after-init*)
  trap 'exit 130' TERM INT
  for module in 1 2 3 4 5 6 7 8 9 10; do
    echo "2026-01-01 00:00:00,000 1 INFO small odoo.modules.loading: Loading module m$module ($module/10)"
    sleep ${seconds / 10} & wait $!
  done
  exit 0 ;;
esac
# As Odoo with workers: WebSockets have a process and a port of their own.
exec perl -MIO::Socket::INET -e '
  my $port = fork() ? 8069 : 8072;
  $SIG{TERM} = $SIG{INT} = sub { exit 0 };
  my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 50, ReuseAddr => 1) or die;
  while (my $client = $server->accept) {
    while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
    my $body = "{\\"status\\": \\"pass\\"} <form class=\\"oe_login_form\\">csrf_token</form>";
    print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n" . $body;
    close $client;
  }'
`,
  };
}

/**
 * Images that do nothing but wait and answer: with real ones the machine's two processors, which all servers share,
 * would be measured, not whether servers wait for each other.
 */
export async function loadSmallImages(docker: Docker, seconds = initialisationSeconds): Promise<void> {
  const container = await docker.createContainer({ Image: 'postgres:17', Cmd: ['true'] });
  const pack = tar.pack();
  for (const [name, content] of Object.entries(filesFor(seconds))) pack.entry({ name, mode: 0o755 }, content);
  pack.entry({ name: 'etc/odoo', type: 'directory', mode: 0o777 });
  pack.finalize();
  await container.putArchive(await buffer(pack), { path: '/' });
  for (const repo of ['small-odoo', 'small-postgres']) await container.commit({ repo, tag: '19.0' });
  // The next release, for upgrades.
  await container.commit({ repo: 'small-postgres', tag: '20.0', changes: 'ENV SMALL_RELEASE=20' });
  await container.commit({ repo: 'small-restic', tag: '19.0', changes: 'ENTRYPOINT ["/usr/local/bin/restic"]' });
  await container.remove({ v: true });
}
