/** For every connection to PostgreSQL: a server that does not answer, or is gone without a word, keeps nobody waiting. */
export const connecting = { keepAlive: true, connectionTimeoutMillis: 5000 };
