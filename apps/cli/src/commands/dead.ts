import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import type { ParkedThread, ParkedTopic, Released } from '@offramp/read-models';
import { confirmed } from '../confirm.js';
import {
  type DeadLetters,
  type LeftAside,
  type SeenDeadLetters,
  lookAtDeadLetters,
  withDeadLetters,
} from '../dead-letters.js';
import { EXIT } from '../exits.js';
import type { Session } from '../session.js';

interface Options {
  readonly tenant: string;
  readonly topic?: keyof typeof PARKED_TOPICS;
  readonly json?: boolean;
}

const PARKED_TOPICS = { inbound: 'inbound.v1', content: 'content.v1' } as const satisfies Record<string, ParkedTopic>;

interface Change extends Options {
  readonly by: string;
  readonly reason: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function addDead(program: Command, session: Session): void {
  const dead = program
    .command('dead')
    .summary('threads that wait because an event cannot be projected')
    .description(
      'An event that the read models cannot take parks its thread: it and the later ones wait, in order, and everything else ' +
        'goes on; likewise a text of content.v1, and the later texts of its thread. What caused it is told by a code or a place ' +
        'in the program, never by what somebody wrote.',
    );
  dead
    .command('ls')
    .summary('list them')
    .description(
      'Lists the parked threads of all tenants, the longest parked first; then the records that belong to no thread, because ' +
        'they could not be read: of inbound.v1 (quarantined) and of raw.v1 (rejected, as dead.v1 has it until its retention). ' +
        'Nothing waits for those; correct them at their source and send them again. Exit code 1 where there are any.',
    )
    .option('--parked', 'only threads, which can be retried')
    .option('--json', 'print a JSON object a line: kind, topic, position, since, cause')
    .action((options: ListOptions) => lookAtDeadLetters(session, (letters) => list(letters, session, options)));
  of(dead.command('show'), 'show what waits, and what was done about it before')
    .option('--json', 'print one JSON object: threadId, topic, position, since, cause, waiting, entries, actions')
    .action((threadId: string, options: Options) =>
      lookAtDeadLetters(session, (letters) => show(letters, session, { threadId, options })),
    );
  changing(of(dead.command('retry'), 'project what waits, in order'))
    .description('Projects what waits, in order, as far as it goes. Exit code 1 where the thread is parked still.')
    .action((threadId: string, options: Change) =>
      withDeadLetters(session, (letters, signal) => {
        return change(letters, session, { action: 'retry', threadId, options, signal });
      }),
    );
  changing(of(dead.command('discard'), 'give the event up that parked the thread, and project the later ones'))
    .description(
      'Leaves the event out that parked the thread and projects the later ones. The log keeps it, and a rebuild tries it again; ' +
        'texts are not rebuilt. ' +
        'Exit code 1 where the thread is parked still, by a later event.',
    )
    .option('--yes', 'do it without asking')
    .action((threadId: string, options: Change) =>
      withDeadLetters(session, (letters, signal) => {
        return change(letters, session, { action: 'discard', threadId, options, signal });
      }),
    );
}

function of(command: Command, summary: string): Command {
  return command
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .argument('<thread>')
    .option('--tenant <tenant>', 'whose thread it is', 'default')
    .addOption(
      new Option('--topic <topic>', 'its events or its texts; default: what waits, and events first').choices(
        Object.keys(PARKED_TOPICS),
      ),
    );
}

function changing(command: Command): Command {
  return command
    .requiredOption('--reason <reason>', 'why; it is kept')
    .option('--by <actor>', 'who does it', userInfo().username)
    .option('--dry-run', 'say what would be done')
    .option('--json', 'print one JSON object: handled, parked');
}

interface ListOptions {
  readonly parked?: boolean;
  readonly json?: boolean;
}

async function list(
  letters: SeenDeadLetters,
  { terminal, exit }: Session,
  { parked, json }: ListOptions,
): Promise<void> {
  const threads = await letters.list();
  const { quarantined, rejected } = parked === true ? NO_RECORDS : await letters.records();
  const count = threads.length + quarantined.length + rejected.length;
  if (count > 0) exit(EXIT.found);
  if (json === true) {
    const kinds = Object.entries({ parked: threads, quarantined, rejected });
    for (const [kind, all] of kinds) for (const one of all) await terminal.out(JSON.stringify({ kind, ...one }));
    return;
  }
  if (threads.length === 0) await terminal.out('No thread is parked.');
  for (const thread of threads) await terminal.out(inWords(thread));
  for (const record of quarantined) await terminal.out(recordInWords('quarantined', record));
  for (const record of rejected) await terminal.out(recordInWords('rejected', record));
}

const NO_RECORDS: LeftAside = { quarantined: [], rejected: [] };

interface RecordLine {
  readonly topic: string;
  readonly position: string;
  readonly since: string;
  readonly cause: string;
  readonly field?: string;
}

function recordInWords(kind: string, { topic, position, since, cause, field }: RecordLine): string {
  return `${kind}  ${topic} ${position}  ${since}  ${field === undefined ? cause : `${cause}: ${field}`}`;
}

function inWords({ tenant, threadId, topic, position, since, cause, waiting }: ParkedThread): string {
  return `${tenant}  ${threadId}  since ${since} at ${topic} ${position}  ${waiting} waiting  ${cause}`;
}

interface Show {
  readonly threadId: string;
  readonly options: Options;
}

async function show(letters: SeenDeadLetters, { terminal }: Session, { threadId, options }: Show): Promise<void> {
  const details = await letters.show({ tenant: options.tenant, threadId, topic: topicOf(options) });
  if (options.json === true) return terminal.out(JSON.stringify(details));
  await terminal.out(inWords(details));
  for (const { position, type, kind, decisions } of details.entries) {
    const what = [position, type ?? 'bytes that are no event', ...(kind === undefined ? [] : [kind]), ...decisions];
    await terminal.out(`  ${what.join('  ')}`);
  }
  for (const { action, at, by, reason } of details.actions)
    await terminal.out(`  ${action} by ${by}, ${at}: ${reason}`);
}

function topicOf({ topic }: Options): ParkedTopic | undefined {
  return topic === undefined ? undefined : PARKED_TOPICS[topic];
}

interface Changing {
  readonly action: 'retry' | 'discard';
  readonly threadId: string;
  readonly options: Change;
  readonly signal: AbortSignal;
}

async function change(letters: DeadLetters, session: Session, changing: Changing): Promise<void> {
  const { action, threadId, options, signal } = changing;
  const { tenant, by, reason, yes, dryRun, json } = options;
  const topic = topicOf(options);
  if (dryRun === true) {
    const { waiting, position } = await letters.show({ tenant, threadId, topic });
    const first = action === 'discard' ? `give up ${position} and project` : 'project';
    const count = action === 'discard' ? waiting - 1 : waiting;
    return session.terminal.out(json === true ? '{}' : `Would ${first} ${count} of thread ${threadId}.`);
  }
  if (action === 'discard') {
    const what = `The read models will lack an event of ${threadId} until a rebuild.`;
    await confirmed(session, { what, word: action, yes, signal });
  }
  const released = await letters[action]({ tenant, threadId, topic, by, reason });
  if (released.parked !== undefined) session.exit(EXIT.found);
  await session.terminal.out(json === true ? JSON.stringify(released) : outcomeOf(released));
  // Of no thread: an activation of a policy, say.
  if (threadId === '') session.terminal.err(ASK_FOR_REBUILD);
}

const ASK_FOR_REBUILD =
  'Where it was a policy, what came later of this tenant was projected without it; `offramp rebuild --status` asks for a rebuild.';

function outcomeOf({ handled, parked }: Released): string {
  const still = parked === undefined ? 'The thread is not parked any more.' : `Parked still: ${inWords(parked)}`;
  return `Projected ${handled} events. ${still}`;
}
