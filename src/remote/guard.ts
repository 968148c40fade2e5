/** What a call is, for whoever decides whether it may be made now. */
export interface GuardedCall {
  readonly name: string;
  /** Whether it changes the server. */
  readonly changes: boolean;
  /** How long it may take, in ms. */
  readonly deadlineMs: number;
}

/** Asked before every remote call of a connection; throws when the work may not go on. */
export interface RemoteGuard {
  /** Ends every call, and the connection with them. */
  readonly signal: AbortSignal;
  check(call: GuardedCall): void;
}
