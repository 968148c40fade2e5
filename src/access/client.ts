/** Where a request comes from, for limits, the session list and the audit log. */
export interface Client {
  requestId: string;
  ipAddress: string | null;
  userAgent: string | null;
}
