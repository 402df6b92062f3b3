import { tenantIdSchema } from '@offramp/events';
import type { ExportBeginning, ExportFormat, ExportPart } from '@offramp/read-models';
import { type Command, Option } from 'commander';
import { badUsage, unavailable } from '../exits.js';
import { withExport } from '../export-parts.js';
import { type Session, interruptible } from '../session.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly to: string;
  readonly format: string;
  readonly view?: readonly string[];
  readonly tenant?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `--to -` */
const STDOUT = '-';
const FORMATS = ['ndjson', 'csv', 'parquet'] as const satisfies readonly ExportFormat[];

export function addExport(program: Command, session: Session): void {
  program
    .command('export')
    .summary('write the views as files')
    .description(
      'Writes every view for analysts as a file of its own: lines of JSON, CSV in which no cell is a formula, or Parquet. All ' +
        'files are of one moment; manifest.json, which comes last, says of which position, and has rows, bytes and SHA-256 of ' +
        'each file. Views hold no texts, so files hold none either. With OFFRAMP_DATABASE_URL that server is read, as the user of ' +
        'the URL; else the installation in the data directory, whose read models stand still while the rows are copied, and go ' +
        'on while the files are written.',
    )
    .requiredOption(
      '--to <directory>',
      'where to; it is made where it is not there. -: one view to the standard output',
    )
    .addOption(new Option('--format <format>', FORMATS.join(', ')).default('ndjson'))
    .option('--view <name...>', 'only these views')
    .option('--tenant <tenant>', 'only the rows of this tenant')
    .option('--yes', 'write into a folder that is not empty; an export that is there is replaced')
    .option('--json', 'print one JSON object: files, rows, position')
    .action((options: Options) => interruptible((signal) => run(session, options, signal)));
}

async function run(session: Session, options: Options, signal: AbortSignal): Promise<void> {
  const format = formatOf(options.format);
  const { tenant, view: views } = options;
  if (tenant !== undefined && !tenantIdSchema.safeParse(tenant).success) {
    throw badUsage(`--tenant ${tenant}: a tenant is 1 to 64 of the characters A-Z a-z 0-9 _ . -`);
  }
  const asked = { views, tenant, signal };
  if (options.to !== STDOUT) return toFolder(session, { options, format, asked });
  if (views?.length !== 1) throw badUsage('--to - prints one view: name it with --view.');
  if (options.json === true) throw badUsage('--to - prints the rows alone: there is no --json with it.');
  await withExport(session, asked, (parts) => print(session.terminal, parts, format));
}

function formatOf(format: string): ExportFormat {
  if (format === 'archive') throw badUsage(`--format archive comes later: ${FORMATS.join(', ')} are there.`);
  const known = FORMATS.find((name) => name === format);
  if (known === undefined) throw badUsage(`--format ${format}: it is one of ${FORMATS.join(', ')}.`);
  return known;
}

interface ToFolder {
  readonly options: Options;
  readonly format: ExportFormat;
  readonly asked: Parameters<typeof withExport>[1];
}

/** Nothing is printed before everything is there: whoever reads the first line only must not end the rest. */
async function toFolder(session: Session, { options, format, asked }: ToFolder): Promise<void> {
  const { terminal } = session;
  const { to: directory, tenant, json } = options;
  const { prepareFolder, writeFolder } = await import('../export-files.js');
  await prepareFolder(directory, options.yes === true);
  await withExport(session, asked, async (parts) => {
    const onRows = countedOn(terminal);
    const { files, position, at } = await writeFolder(parts, { directory, format, tenant, onRows });
    if (terminal.interactive) terminal.redraw('');
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    if (json === true)
      return terminal.out(JSON.stringify({ files: files.map(({ file }) => file), rows, position, at }));
    for (const { file, rows: count } of files) await terminal.out(`${file}  ${count} rows`);
    await terminal.out(`manifest.json  as of ${at}, position ${position ?? 'not known to this user'}`);
  });
}

const REDRAW_MS = 200;

function countedOn(terminal: Terminal): (view: string, rows: number) => void {
  let next = 0;
  return (view, rows) => {
    if (!terminal.interactive || Date.now() < next) return;
    next = Date.now() + REDRAW_MS;
    terminal.redraw(`${view}  ${rows} rows`);
  };
}

async function print(terminal: Terminal, parts: AsyncIterable<ExportPart>, format: ExportFormat): Promise<void> {
  const { encoderOf } = await import('../export-files.js');
  let beginning: ExportBeginning | undefined;
  let encoder: ReturnType<typeof encoderOf> | undefined;
  let isWhole = false;
  for await (const part of parts) {
    if ('views' in part) beginning = part;
    else if ('view' in part) encoder = encoderOf(beginning!, part.view, format);
    else if ('rows' in part) await terminal.outBytes(encoder!.rows(part.rows));
    else isWhole = true;
  }
  if (encoder === undefined || !isWhole) throw unavailable('The server has ended the export in the middle.');
  await terminal.outBytes(encoder.end());
}
