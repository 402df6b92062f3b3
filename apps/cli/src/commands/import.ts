import { type Command, Option } from 'commander';
import type { Api } from '../api.js';
import { badUsage } from '../exits.js';
import { type ImportCounts, importConversations } from '../import-run.js';
import { FORMATS, type Format, NoSuchPath, leavesOf, openImport } from '../importers/index.js';
import { dataDirectory, withServer } from '../installation.js';
import { progressBar } from '../progress-bar.js';
import type { RepeatedThreads } from '../repeated-threads.js';
import { type Session, interruptible } from '../session.js';
import { settle } from '../settle.js';
import type { ServerStatus } from '../status.js';
import { allPages } from '../thread-data.js';

interface Options {
  readonly format: Format | 'auto';
  readonly seen: 'history' | 'none';
  readonly json?: boolean;
}

export function addImport(program: Command, session: Session): void {
  program
    .command('import')
    .summary('import conversations from exports')
    .description(
      'Reads conversations from files and folders and folds them as if they had happened in this order. Edits and retries ' +
        'stay branches. Ids are those of the export: importing the same again changes nothing. A conversation that cannot be ' +
        'read is reported and skipped.',
    )
    .argument('<files...>', 'files (.json, .jsonl, .ndjson, also gzipped) or folders')
    .addOption(new Option('--format <format>', 'what the files are').choices(['auto', ...FORMATS]).default('auto'))
    .addOption(
      new Option('--seen <what>', 'history: as if each answer had seen the advice before it; none: it had not')
        .choices(['history', 'none'])
        .default('history'),
    )
    .option('--json', 'print one JSON object: threads, messages, branches, skipped')
    .action((files: string[], options: Options) =>
      interruptible(async (signal) => {
        const { env, terminal } = session;
        const directory = dataDirectory(env);
        const counts = await withServer({ directory, env, signal }, (api) =>
          importFiles(api, { session, files, options, signal }),
        );
        await terminal.out(options.json === true ? JSON.stringify(counts) : inWords(counts));
      }),
    );
}

export interface ImportFiles {
  readonly session: Session;
  readonly files: readonly string[];
  readonly options: Omit<Options, 'json'>;
  readonly signal: AbortSignal;
}

/** Imports, and waits until everything is decided and projected. */
export async function importFiles(api: Api, { session, files, options, signal }: ImportFiles): Promise<ImportCounts> {
  const { terminal } = session;
  const bar = progressBar(terminal);
  const { tenant, partitions, project } = await api.get<ServerStatus>('/admin/v1/status');
  try {
    const { counts, repeated } = await importConversations(api, openImport(files, { format: options.format }), {
      seen: options.seen,
      tenant,
      partitions,
      signal,
      onProgress: ({ threads, messages }) => bar.show({ done: 0, words: `${threads} threads, ${messages} messages` }),
      onProblem: (where, message) => {
        bar.clear();
        terminal.err(`${where}: ${message}`);
      },
    });
    await settle(api, (lag) => bar.show({ done: counts.messages - lag, of: counts.messages, words: 'projected' }));
    // Where only decisions are projected, the server does not know most messages.
    if (project === 'all') await countOnce(api, counts, repeated);
    return counts;
  } catch (error) {
    if (error instanceof NoSuchPath) throw badUsage(`${error.message}.`);
    throw error;
  } finally {
    bar.clear();
  }
}

/** What the conversations of one thread share was counted with each of them; the server has it once. */
async function countOnce(api: Api, counts: ImportCounts, repeated: RepeatedThreads): Promise<void> {
  for (const { threadId, counted } of repeated.all()) {
    const messages = await allPages<ImportedRow>(api, `/v1/threads/${encodeURIComponent(threadId)}/messages`);
    counts.messages += messages.length - counted.messages;
    counts.branches += leavesOf({ messages }) - counted.branches;
  }
}

type ImportedRow = Parameters<typeof leavesOf>[0]['messages'][number];

function inWords({ threads, messages, branches, skipped }: ImportCounts): string {
  const left = skipped === 0 ? '' : `, ${skipped} skipped`;
  return `Imported ${threads} threads with ${messages} messages on ${branches} branches${left}.`;
}
