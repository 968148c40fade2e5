/** Where and how to reach a server. Credentials live only here and in the connection made from it. */
export interface SshTarget {
  kind: 'ssh';
  serverId: string;
  host: string;
  port: number;
  user: string;
  auth: { method: 'key'; privateKey: string } | { method: 'password'; password: string };
  /** The pinned key as `SHA256:…`; null only at the first contact. */
  hostKeyFingerprint: string | null;
  /** The address at which it was validated with its pinned key; null before. */
  provenAddress: string | null;
  dockerSocket: string;
  /** Sessions at once on the connection; sshd's own limit is 10. */
  maxSessions: number;
}

export type RemoteTarget = SshTarget | { kind: 'local'; serverId: string; dockerSocket: string };
