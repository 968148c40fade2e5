/** The date of the REST contract that this program speaks, in X-OCore-Version and in the OpenAPI document. */
export const apiVersion = '2026-11-24';
