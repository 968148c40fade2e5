import type { OperationErrorHelp } from './help.ts';

/** What goes wrong between oCore and a server: its address, its key, its sshd, the shell of its user. */
export const connectionHelp = {
  ssh_unreachable: {
    title: 'The server cannot be reached over SSH',
    happened: 'No SSH connection to the server was made. oCore tries again by itself while an operation runs.',
    causes: [
      'The server is switched off, or its address or port is wrong.',
      'sshd does not run, or listens on another port.',
      'A firewall drops connections from the address of the oCore worker.',
      'Before the first validation, everything that is not an SSH server has this code: the error does not tell more, so that nobody can scan a network with it.',
    ],
    todo: [
      'From the machine of the worker, run `ssh -p PORT USER@HOST`: it must ask for a credential or sign in.',
      'Open the port in the firewall for the address of the worker.',
      'Then validate the server again: `POST /api/servers/{id}/validate`.',
    ],
    message: 'No SSH server was reached at berlin-1.example.com:22 within 10 s',
    hint: 'Check that the host is correct, that the port is that of sshd (usually 22) and not of another service, that sshd is running and that no firewall blocks the connection.',
  },
  ssh_auth_failed: {
    title: 'The server refused the SSH user or its credential',
    happened: 'The server answered and its host key is right, but it did not let the SSH user in.',
    causes: [
      'The public key is not in `~/.ssh/authorized_keys` of the user, or that file or its folder is writable by others.',
      'The user does not exist, is locked, or its password has expired.',
      '`AllowUsers`, `PermitRootLogin` or `PasswordAuthentication` in sshd_config excludes the user or the method.',
      'The server asks for a second factor, which oCore cannot give.',
    ],
    todo: [
      'Read `message`: it states what the server offers or asks for.',
      'Try it with the same credential: `ssh -i KEY -p PORT USER@HOST true`. The log of sshd (`journalctl -u ssh`) has the reason.',
      'Correct the server, or send another user or credential with `PATCH /api/servers/{id}`, which validates it.',
    ],
    message: 'The server refused the SSH user or its key',
    hint: 'Check the SSH user, and that the server accepts the registered key or password.',
  },
  host_key_mismatch: {
    title: 'The server has another host key than before',
    happened:
      'The server presented another host key than the pinned one. oCore ended the connection and sent no credential.',
    causes: [
      'The server was installed again, or its host keys were renewed.',
      'Another machine has the address now.',
      'Somebody intercepts the connection.',
    ],
    todo: [
      'On the server itself, run `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` and compare it with `presentedFingerprint` of the server.',
      'If they are the same, accept exactly this key: `POST /api/servers/{id}/accept-host-key`.',
      'If they differ, do not accept it: find out which machine answers.',
    ],
    message: 'The server presented the host key SHA256:Qx2…, not the pinned SHA256:FylsK2ML…',
    hint: 'If the server was reinstalled, compare the new fingerprint with the server and accept it. Otherwise, someone may be intercepting the connection.',
  },
  host_key_unknown: {
    title: 'The server has no pinned host key yet',
    happened:
      'Work was requested on a server whose host key is not known. oCore connects to such a server only to validate it.',
    causes: ['The server was never validated, or its address was changed and the validation has not succeeded.'],
    todo: ['Validate the server with `POST /api/servers/{id}/validate`, then retry the operation.'],
    message: 'No host key of the server is known yet',
    hint: 'Validate the server first. This pins its host key.',
  },
  destination_denied: {
    title: 'The operator does not allow connections to this address',
    happened: 'The name of the server leads to an address to which this installation never connects.',
    causes: [
      'The name resolves to a loopback, link-local, metadata or other denied address.',
      'The address of the name has changed since the server was registered.',
    ],
    todo: [
      'Register the server by an address that is allowed.',
      'The operator can allow its network with `SERVER_NETWORKS_ALLOWED`.',
    ],
    message: 'The operator of this installation does not allow connections to berlin-1.example.com',
    hint: 'Use another address, or ask the operator to allow its network (SERVER_NETWORKS_ALLOWED).',
  },
  ssh_connection_lost: {
    title: 'The SSH connection was lost',
    happened: 'The connection broke during the work, and did not come back while oCore tried again.',
    causes: [
      'The server was restarted, or sshd was.',
      'The network between the worker and the server is interrupted.',
      'The server ran out of memory and ended the session.',
    ],
    todo: [
      'Wait until the server is `active` again, then retry the operation: `POST /api/operations/{id}/retry`.',
      'If it happens again, read the log of sshd and of the kernel on the server (`journalctl -u ssh`, `dmesg`).',
    ],
    message: 'The SSH connection was lost',
    hint: 'The connection was lost. The operation continues when the server responds again.',
  },
  ssh_sessions_refused: {
    title: 'sshd opens too few sessions on a connection',
    happened: 'oCore needs several sessions on one connection, and sshd refused one of them.',
    causes: ['`MaxSessions` in sshd_config is 1 or 2.'],
    todo: [
      'Set `MaxSessions 10` (the default), reload sshd with `systemctl reload ssh`, and validate the server again.',
      '`maxSshSessions` of the server must not be higher than the `MaxSessions` of its sshd.',
    ],
    message: 'The server does not open as many sessions at once on a connection as oCore needs (MaxSessions)',
    hint: 'Set MaxSessions in the server’s sshd_config to 10 (the default) or more, and reload sshd. Existing connections keep the old value.',
  },
  ssh_forwarding_refused: {
    title: 'sshd does not forward connections',
    happened:
      'oCore asks Odoo for its health through a connection that sshd forwards to a port of the server. sshd refused it.',
    causes: [
      '`AllowTcpForwarding` is `no` or `remote`.',
      '`PermitOpen` or `DisableForwarding` in sshd_config, or `restrict` or `no-port-forwarding` of the key in authorized_keys, forbids it.',
    ],
    todo: [
      'Set `AllowTcpForwarding local` for the user, reload sshd with `systemctl reload ssh`, and validate the server again.',
    ],
    message: 'The server does not forward connections to its ports (AllowTcpForwarding)',
    hint: 'Set AllowTcpForwarding to yes or local in the server’s sshd_config, and reload sshd. PermitOpen, DisableForwarding, and the options of the key in authorized_keys have the same effect.',
  },
  shell_unusable: {
    title: 'The shell of the SSH user does not run commands',
    happened:
      'The user signed in, but its shell ended, printed something else or did not start before the command of oCore.',
    causes: [
      'The login shell is `/bin/false` or `/usr/sbin/nologin`, or sshd forces a command such as `internal-sftp`.',
      'A start-up file such as `~/.bashrc` runs `exit` or `exec`, or waits for input.',
      'The server demands a new password at the first sign-in.',
    ],
    todo: [
      'Run `ssh USER@HOST "echo ok"`: it must print `ok`.',
      'Give the user a shell (`chsh -s /bin/bash USER`), or put what is for terminals behind `[ -t 0 ]` in its start-up file.',
      'Validate the server again.',
    ],
    message: 'The server refuses to run commands for the SSH user',
    hint: 'Run `ssh USER@HOST "echo ok"`: it must print ok. An exit or exec in a start-up file such as ~/.bashrc, a forced command, or a login shell such as /bin/false prevents that.',
  },
  remote_timeout: {
    title: 'The server took too long',
    happened: 'A call to the server did not end within its time.',
    causes: [
      'The server is overloaded: its disk, its memory or its processors.',
      'A registry sends an image slowly.',
      'The Docker engine hangs.',
    ],
    todo: [
      'Look at the load of the server: `GET /api/servers/{id}/metrics`.',
      'Retry the operation: `POST /api/operations/{id}/retry`. It starts from what is there.',
      'If `docker ps` hangs on the server, restart Docker.',
    ],
    message: 'Pulling odoo:19.0 took longer than 7200 s',
    hint: 'The server took too long. Check its load and try again.',
  },
  remote_command_failed: {
    title: 'A command failed on the server',
    happened: 'A script of oCore ended with an error on the server, or printed something unexpected.',
    causes: [
      'A basic program such as `awk` or `df` is missing on the server, or an own one comes before it in the PATH.',
      'The shell of the SSH user ended in the middle of a command.',
    ],
    todo: [
      'Read `message` and the log of the operation: `GET /api/operations/{id}/logs`. They quote what the server printed.',
      'Correct it on the server, then retry the operation.',
    ],
    message: 'A script of oCore ended with exit code 127 on the server and printed: “sh: 1: awk: not found”',
    hint: 'Read the output of the command in the operation log.',
  },
  remote_cancelled: {
    title: 'Work on the server was cancelled',
    happened: 'The work on the server was stopped before its end, because somebody cancelled it.',
    causes: ['The operation was cancelled, or the request that waited for it was.'],
    todo: ['Nothing, if that was intended. Otherwise retry the operation.'],
    message: 'The work was cancelled',
    hint: 'It was cancelled.',
  },
} as const satisfies Record<string, OperationErrorHelp>;
