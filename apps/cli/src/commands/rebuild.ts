import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { confirmed } from '../confirm.js';
import { CommandFailure, EXIT, badUsage, unavailable } from '../exits.js';
import { progressBar } from '../progress-bar.js';
import { type RebuildDesk, type RebuildProgress, askWhereItIs, withRebuildDesk } from '../rebuild-desk.js';
import { comparisonOf, consequenceOf, progressOf } from '../rebuild-words.js';
import { type Session, interruptible } from '../session.js';

interface Options {
  readonly projection?: string;
  readonly status?: boolean;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly cancel?: boolean;
  readonly swap?: boolean;
  readonly rollback?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const ACTIONS = ['status', 'pause', 'resume', 'cancel', 'swap', 'rollback'] as const;
type Action = (typeof ACTIONS)[number];

export function addRebuild(program: Command, session: Session): void {
  program
    .command('rebuild')
    .summary('build the read models anew')
    .description(
      'Fills new tables from the log beside the live ones, which go on, and compares them at a common position. Where they ' +
        'are equal, --yes swaps them; where they differ, it names the tables and the first rows, and ends with exit code 1. ' +
        'What was interrupted goes on where it was.',
    )
    .option('--projection <name>', 'compare and swap the table of this projection alone')
    .option('--status', 'say where the rebuild is, and change nothing')
    .option('--pause', 'let whoever works on it end after the present step')
    .option('--resume', 'go on with the one that there is')
    .option('--cancel', 'drop the tables that are not live')
    .option('--swap', 'make the rebuilt tables the live ones, though they differ')
    .option('--rollback', 'make the tables that were live before the swap the live ones again')
    .option('--yes', 'swap where they are equal; with another option, do it without asking')
    .option('--dry-run', 'build and compare, and drop what was built; with another option, say what would be done')
    .option('--json', 'print one JSON object: state, events, equal, swapped, tables')
    .action((options: Options) =>
      interruptible(async (signal) => {
        const action = actionOf(options);
        if (action === 'status') return tell({ session, options }, await askWhereItIs(session, signal));
        const use = (desk: RebuildDesk) => run({ session, desk, options, signal }, action);
        return withRebuildDesk(session, { signal, use });
      }),
    );
}

/** Every one of these is an option of its own, and only one is meant at a time. */
function actionOf(options: Options): Action | undefined {
  const chosen = ACTIONS.filter((action) => options[action] === true);
  if (chosen.length > 1) throw badUsage(`--${chosen.join(' and --')} do not go together.`);
  if (chosen.length === 1 && options.projection !== undefined) {
    throw badUsage(`--projection says what a new rebuild is of; --${chosen[0]} is about the one that there is.`);
  }
  return chosen[0];
}

interface Running {
  readonly session: Session;
  readonly desk: RebuildDesk;
  readonly options: Options;
  readonly signal: AbortSignal;
}

async function run(running: Running, action: Exclude<Action, 'status'> | undefined): Promise<void> {
  const { desk } = running;
  switch (action) {
    case 'pause':
      return change(running, 'pause');
    case 'cancel':
    case 'swap':
    case 'rollback':
      return change(running, action);
    case 'resume':
      if ((await desk.progress()).state === 'none') throw badUsage('There is no rebuild to go on with.');
      return build(running);
    case undefined:
      return build(running);
  }
}

type Change = 'pause' | 'cancel' | 'swap' | 'rollback';

async function change(running: Running, what: Change): Promise<void> {
  const { session, desk, signal } = running;
  const { yes, dryRun } = running.options;
  const progress = await desk.progress();
  const consequence = consequenceOf(what, progress);
  // Nobody should have to confirm what cannot be done.
  if (consequence === undefined) throw badUsage(progressOf(progress));
  if (dryRun === true) return tell(running, progress, `${consequence} Not done, since this is a dry run.`);
  if (what !== 'pause') await confirmed(session, { what: consequence, word: what, yes, signal });
  await desk[what]();
  await tell(running, await desk.progress());
}

async function build(running: Running): Promise<void> {
  const { desk, options, session, signal } = running;
  const progress = await desk.progress();
  const dropOld = progress.state === 'swapped';
  if (dropOld) {
    const what = `A new rebuild takes the room of the old tables. ${consequenceOf('cancel', progress)}`;
    await confirmed(session, { what, word: 'rebuild', yes: options.yes, signal });
  }
  await desk.start({ projection: options.projection, dropOld });
  const built = await followed(running);
  if (built.failed !== undefined)
    throw unavailable(`The rebuild failed: ${built.failed}. Run the command again to go on.`);
  if (built.state !== 'compared') throw unavailable(`The rebuild is not finished: it was ${interrupted(built)}.`);
  if (built.equal !== true) session.exit(EXIT.found);
  if (options.dryRun === true) {
    await desk.cancel();
    return tell(running, built, 'Nothing was changed, since this is a dry run.');
  }
  if (built.equal === true && options.yes === true) {
    await desk.swap();
    return tell(running, { ...built, state: 'swapped' }, 'The rebuilt tables are live. --rollback is the way back.');
  }
  const next = built.equal === true ? 'They are equal: ' : 'They differ: ';
  await tell(running, built, `${next}--swap makes the rebuilt tables live, --cancel drops them.`);
}

function interrupted({ state }: RebuildProgress): string {
  return state === 'paused' ? 'paused' : state === 'none' ? 'cancelled' : 'taken over by another process';
}

const LOOK_EVERY_MS = 200;

/** Shows how far it is until this installation does not work on it any more. */
async function followed({ desk, session, signal }: Running): Promise<RebuildProgress> {
  const bar = progressBar(session.terminal);
  try {
    for (;;) {
      const progress = await desk.progress();
      if (!progress.running) return progress;
      const { events = 0, left = 0 } = progress;
      bar.show({ done: events, of: events + left, words: progressOf(progress) });
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch (error) {
    // What the signal was for is what a person has to hear, not that a delay has ended.
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof CommandFailure) || error.exit !== EXIT.unavailable) throw error;
    throw unavailable(`${error.message} What was built is kept: run the command again to go on.`, error);
  } finally {
    bar.clear();
  }
}

async function tell(
  { session, options }: Pick<Running, 'session' | 'options'>,
  progress: RebuildProgress,
  last?: string,
): Promise<void> {
  const { terminal } = session;
  const { state, projection, startedAt, updatedAt, events = 0, left, rate, equal, tables, outdated } = progress;
  if (options.json === true) {
    const swapped = state === 'swapped';
    const told = { state, projection, startedAt, updatedAt, events, left, rate, equal, swapped, outdated, tables };
    return terminal.out(JSON.stringify(told));
  }
  for (const line of comparisonOf(progress)) await terminal.out(line);
  await terminal.out(last ?? progressOf(progress));
}
