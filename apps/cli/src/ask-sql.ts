import type { SqlAnswer, SqlRefusal } from '@offramp/read-models';
import { badUsage, unavailable } from './exits.js';
import { dataDirectory, withServer } from './installation.js';
import type { Session } from './session.js';

export interface Question {
  readonly sql: string;
  readonly rowsMax: number;
  readonly timeoutMs: number;
}

/** One for the statement, one to cancel it. */
const CONNECTIONS = 2;

export type AskSql = (question: Question) => Promise<SqlAnswer>;

/** Asks the server that OFFRAMP_DATABASE_URL names, or else the installation in the data directory. */
export async function withSql(
  { env }: Session,
  signal: AbortSignal,
  use: (ask: AskSql) => Promise<void>,
): Promise<void> {
  const url = env['OFFRAMP_DATABASE_URL'];
  if (url) return askingServer(url, signal, use);
  await withServer({ directory: dataDirectory(env), env, signal }, (api) =>
    use(async (question) => (await api.post<SqlAnswer>('/admin/v1/sql', question)).body),
  );
}

async function askingServer(url: string, signal: AbortSignal, use: (ask: AskSql) => Promise<void>): Promise<void> {
  // Loaded here, so that no other command waits for a database driver.
  const { openAnalystSql } = await import('@offramp/read-models');
  const analysts = openAnalystSql({ url, connections: CONNECTIONS });
  try {
    await use(async ({ sql, ...bounds }) => answered(await analysts.ask(sql, { ...bounds, signal })));
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
