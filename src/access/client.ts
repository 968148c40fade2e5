/** What a sign-in is made from, for the session list and the audit trail. */
export interface Client {
  requestId: string;
  ipAddress: string | null;
  userAgent: string | null;
}
