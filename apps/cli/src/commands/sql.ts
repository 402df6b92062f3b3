import type { SqlAnswer } from '@offramp/read-models';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withSql } from '../ask-sql.js';
import { type Session, interruptible } from '../session.js';

const ROWS_DEFAULT = 1_000;
const ROWS_MAX = 100_000;
const TIMEOUT_S_DEFAULT = 10;
const TIMEOUT_S_MAX = 300;

interface Options {
  readonly format: 'table' | 'csv' | 'json';
  readonly json?: boolean;
  readonly limit: number;
  readonly timeout: number;
}

export function addSql(program: Command, session: Session): void {
  program
    .command('sql')
    .summary('ask the views by SQL')
    .description(
      'Runs one statement that reads, over the views for analysts (docs/reference/data-dictionary.md; the schema need not be ' +
        'named), and prints the rows. It cannot write, and sees the rows of all tenants. With OFFRAMP_DATABASE_URL that ' +
        'server is asked, as the role offramp_analyst; else the installation in the data directory, whose read models are ' +
        'busy with nothing else meanwhile.',
    )
    .argument('<statement>', 'for instance "SELECT * FROM exposure_daily ORDER BY day"')
    .addOption(
      new Option('--format <format>', 'how rows are printed').choices(['table', 'csv', 'json']).default('table'),
    )
    .option('--json', 'print one JSON object: rows, columns, truncated')
    .option('--limit <rows>', `print so many rows at most, up to ${ROWS_MAX}`, wholeTo(ROWS_MAX), ROWS_DEFAULT)
    .option(
      '--timeout <s>',
      `give up after so many seconds, up to ${TIMEOUT_S_MAX}`,
      wholeTo(TIMEOUT_S_MAX),
      TIMEOUT_S_DEFAULT,
    )
    .action((sql: string, options: Options) => interruptible((signal) => run(session, { sql, options, signal })));
}

function wholeTo(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`It is a whole number from 1 to ${max}.`);
  };
}

interface Run {
  readonly sql: string;
  readonly options: Options;
  readonly signal: AbortSignal;
}

async function run(session: Session, { sql, options, signal }: Run): Promise<void> {
  const { limit, timeout } = options;
  const { terminal } = session;
  await withSql(session, signal, async (ask) => {
    const answer = await ask({ sql, rowsMax: limit, timeoutMs: timeout * 1000 });
    for (const line of await printed(answer, options.json === true ? 'json' : options.format)) await terminal.out(line);
    if (answer.truncated) terminal.err(`Only the first ${answer.rows.length} rows; there are more. See --limit.`);
  });
}

async function printed(answer: SqlAnswer, format: Options['format']): Promise<Iterable<string>> {
  // With a database driver behind it, which no other command should wait for.
  const { csvOf, rowObjects, tableOf } = await import('../sql-output.js');
  const { columns, truncated } = answer;
  switch (format) {
    case 'json':
      return [JSON.stringify({ rows: rowObjects(answer), columns, truncated })];
    case 'csv':
      return csvOf(answer);
    case 'table':
      return tableOf(answer);
  }
}
