import type { Command } from 'commander';
import { dataDirectory, withServer } from '../installation.js';
import { type Session, interruptible } from '../session.js';
import { loadThread } from '../thread-data.js';
import { pictureOf, timelineOf } from '../thread-picture.js';

interface Options {
  readonly text?: boolean;
  readonly json?: boolean;
}

export function addThread(program: Command, session: Session): void {
  const thread = program.command('thread').summary('look at a thread').description('What is known of a thread.');
  thread
    .command('show')
    .summary('show a thread as a tree with its verdicts')
    .description(
      'Draws the tree of a thread with what was decided at each message, and then tells its events in their order. ' +
        'Stages are ○ clear, ● redirected, ▲ warned, ■ ended, ◆ guarded, ↺ reopened, □ refused.',
    )
    .argument('<id>', 'the id of the thread')
    .option('--text', 'show the beginning of what was written, which is masked otherwise')
    .option('--json', 'print one JSON object: thread, messages, timeline')
    .action((id: string, options: Options) => interruptible((signal) => show(session, { id, options, signal })));
}

interface Show {
  readonly id: string;
  readonly options: Options;
  readonly signal: AbortSignal;
}

async function show({ env, terminal }: Session, { id, options, signal }: Show): Promise<void> {
  const data = await withServer({ directory: dataDirectory(env), env, signal }, (api) => loadThread(api, id));
  if (options.json === true) {
    await terminal.out(JSON.stringify(data));
    return;
  }
  const picture = pictureOf(data, { coloured: terminal.coloured, texts: options.text === true });
  for (const line of [...picture, '', ...timelineOf(data)]) await terminal.out(line);
}
