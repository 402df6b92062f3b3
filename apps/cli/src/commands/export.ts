import { mkdir } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { withSql } from '../ask-sql.js';
import { badUsage } from '../exits.js';
import { type Session, interruptible } from '../session.js';

interface Options {
  readonly to: string;
  readonly format: string;
  readonly json?: boolean;
}

export function addExport(program: Command, session: Session): void {
  program
    .command('export')
    .summary('write the views as files')
    .description(
      'Writes every view for analysts as a file of its own, with the rows of all tenants: lines of JSON, or CSV in which no ' +
        'cell is a formula. Views hold no texts, so files hold none either. Files that are there are never overwritten.',
    )
    .requiredOption('--to <directory>', 'where to; it is made where it is not there')
    .addOption(new Option('--format <format>', 'ndjson or csv').default('ndjson'))
    .option('--json', 'print one JSON object: files, rows')
    .action((options: Options) => interruptible((signal) => run(session, options, signal)));
}

async function run(session: Session, { to, format, json }: Options, signal: AbortSignal): Promise<void> {
  if (format === 'archive' || format === 'parquet')
    throw badUsage(`--format ${format} comes later: ndjson and csv are there.`);
  if (format !== 'ndjson' && format !== 'csv') throw badUsage(`--format ${format}: it is ndjson or csv.`);
  await mkdir(to, { recursive: true });
  const { EXPORTED_VIEWS, exportView } = await import('../view-export.js');
  const { terminal } = session;
  const files: string[] = [];
  let rows = 0;
  await withSql(session, signal, async (ask) => {
    for (const view of Object.keys(EXPORTED_VIEWS)) {
      signal.throwIfAborted();
      const written = await exportView(view, { ask, directory: to, format }).catch(refuseToOverwrite);
      files.push(written.file);
      rows += written.rows;
      if (json !== true) await terminal.out(`${written.file}  ${written.rows} rows`);
    }
  });
  if (json === true) await terminal.out(JSON.stringify({ files, rows }));
}

function refuseToOverwrite(error: NodeJS.ErrnoException): never {
  throw error.code === 'EEXIST' ? badUsage(`${error.path ?? 'A file'} is there already.`) : error;
}
