import type { SqlAnswer, SqlRefusal } from '@offramp/read-models';
import { badUsage, unavailable } from './exits.js';
import { dataDirectory, withServer } from './installation.js';
import type { Session } from './session.js';

export interface Question {
  readonly sql: string;
  readonly rowsMax: number;
  readonly timeoutMs: number;
}

/** Of the server that OFFRAMP_DATABASE_URL names, or else of the installation in the data directory. */
export async function askSql({ env }: Session, question: Question, signal: AbortSignal): Promise<SqlAnswer> {
  const url = env['OFFRAMP_DATABASE_URL'];
  if (url) return askServer(url, question);
  return withServer(
    { directory: dataDirectory(env), env, signal },
    async (api) => (await api.post<SqlAnswer>('/admin/v1/sql', question)).body,
  );
}

async function askServer(url: string, { sql, ...bounds }: Question): Promise<SqlAnswer> {
  // Loaded here, so that no other command waits for a database driver.
  const { openAnalystSql } = await import('@offramp/read-models');
  const analysts = openAnalystSql({ url, connections: 1 });
  try {
    return answered(await analysts.ask(sql, bounds));
  } catch (error) {
    if (error instanceof Error && error.name === 'ReadModelsError') throw unavailable(error.message, error);
    throw error;
  } finally {
    await analysts.close();
  }
}

function answered(answer: SqlAnswer | SqlRefusal): SqlAnswer {
  if (!('refused' in answer)) return answer;
  throw answer.refused === 'role' ? unavailable(answer.detail) : badUsage(answer.detail);
}
