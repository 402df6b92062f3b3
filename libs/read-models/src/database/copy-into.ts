import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from } from 'pg-copy-streams';
import { asFailure } from './failure.js';

/** How a text goes to a `COPY … FROM STDIN` over one connection. Over the embedded database's, it would end its session. */
export function copyInto(client: PoolClient): (sql: string, text: Buffer) => Promise<void> {
  return async (sql, text) => {
    try {
      const copying = client.query(from(sql));
      copying.end(text);
      await finished(copying);
    } catch (error) {
      throw asFailure(error);
    }
  };
}
