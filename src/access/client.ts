/** An administrator of the installation who acts on somebody's behalf. A type, since some requests wait as JSON with where they came from. */
export type Administrator = Readonly<{ id: string; name: string }>;

/** Where a request comes from, for limits, the session list and the audit log. */
export interface Client {
  requestId: string;
  ipAddress: string | null;
  userAgent: string | null;
  /** Who acts in the name of the account: for entries about accounts, whose actor is the account itself. */
  administrator?: Administrator;
}
