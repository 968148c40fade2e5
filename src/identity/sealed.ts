/** What a sealed record belongs to: it opens nowhere else. */
export const signingKeyOwner = (kid: string): string => `signing_key:${kid}`;
export const totpOwner = (userId: string): string => `user:${userId}:totp`;
