import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Api } from '../api.js';
import { type StoryChapter, loadStory } from '../demo/story.js';
import { withServer } from '../installation.js';
import { playStory, playThread } from '../play-story.js';
import { Interrupted, type Session, interruptible } from '../session.js';
import { settle } from '../settle.js';
import { storyLines } from '../story-summary.js';
import { loadThread } from '../thread-data.js';
import { pictureOf } from '../thread-picture.js';
import { importFiles } from './import.js';

interface Options {
  readonly exit?: boolean;
  readonly json?: boolean;
}

interface Demo {
  readonly session: Session;
  readonly files: readonly string[];
  readonly options: Options;
  readonly signal: AbortSignal;
}

/** The thread that is drawn: it has nearly everything. */
const DRAWN_THREAD = 'demo-abusive-line';
/** The gentle stream of traffic: a step this often, on one thread at a time. */
const STEP_EVERY_MS = 1500;

export function addDemo(program: Command, session: Session): void {
  program
    .command('demo')
    .summary('show it at work with conversations written for it')
    .description(
      'Starts a server on a temporary data directory, plays the bundled conversations through its HTTP interface as a ' +
        'platform would, shows what happened, and stays up with a gentle stream of traffic until Ctrl-C. With files, ' +
        'these are imported instead. OFFRAMP_PORT chooses the port; any free one otherwise.',
    )
    .argument('[files...]', 'your own exports, as for `offramp import`')
    .option('--exit', 'end when everything is projected')
    .option('--json', 'print one JSON object: threads, messages, branches, decisions, endedBranches, …, url')
    .action((files: string[], options: Options) =>
      interruptible((signal) =>
        inTemporaryDirectory((directory) => demo({ session, files, options, signal }, directory)),
      ),
    );
}

async function demo(task: Demo, directory: string): Promise<void> {
  const { session, files, options, signal } = task;
  const story = files.length === 0 ? await loadStory() : [];
  const env = environmentOf(session.env, files.length === 0);
  await withServer({ directory, env, port: env['OFFRAMP_PORT'], signal }, async (api) => {
    if (files.length === 0) await play(api, task, story);
    else await importFiles(api, { session, files, options: { format: 'auto', seen: 'history' }, signal });
    await settle(api);
    if (options.json === true) await session.terminal.out(JSON.stringify(await summaryOf(api)));
    else await show(api, task, story);
    if (options.exit !== true) await stayUp(api, task, story);
  });
}

/** The story is written for these; what somebody has set for a server of their own must not change it. */
function environmentOf(env: NodeJS.ProcessEnv, isStory: boolean): NodeJS.ProcessEnv {
  return isStory ? { ...env, OFFRAMP_ASSESSOR: 'rules', OFFRAMP_PROJECT: 'all', OFFRAMP_CONTENT: 'keep:30d' } : env;
}

async function play(api: Api, { session, signal }: Demo, story: readonly StoryChapter[]): Promise<void> {
  await playStory(api, story, {
    signal,
    onSurprise: (thread, messageId, { expected, got }) =>
      session.terminal.err(`${thread}, ${messageId}: the story tells of ${expected}, and the verdict was ${got}.`),
  });
}

interface Stats {
  readonly threads: number;
  readonly messages: number;
  readonly branches: number;
  readonly endedBranches: number;
  readonly guardedThreads: number;
  readonly reopened: number;
  readonly decisions: { readonly total: number; readonly byType: Readonly<Record<string, number>> };
  readonly feedback: { readonly up: number; readonly down: number };
}

/** From the server's read models: the demo keeps no books of its own. */
async function summaryOf(api: Api): Promise<Stats & { readonly url: string }> {
  return { ...(await api.get<Stats>('/v1/stats')), url: api.url };
}

async function show(api: Api, { session, files }: Demo, story: readonly StoryChapter[]): Promise<void> {
  const { terminal } = session;
  const { coloured } = terminal;
  const lines: string[] = [];
  if (files.length === 0) {
    lines.push('One of the threads, with what was decided at each message:', '');
    lines.push(...pictureOf(await loadThread(api, DRAWN_THREAD), { coloured, texts: true }), '');
    lines.push('All of them:', '', ...(await storyLines(api, story, coloured)), '');
  }
  const { threads, messages, branches, endedBranches, guardedThreads, reopened, feedback, url } = await summaryOf(api);
  lines.push(
    `${threads} threads, ${messages} messages, ${branches} lines: ${endedBranches} ended, ${reopened} reopened, ` +
      `${guardedThreads} threads guarded, feedback ${feedback.up} up and ${feedback.down} down.`,
    `The HTTP interface: ${url}/docs`,
  );
  for (const line of lines) await terminal.out(line);
}

/** Plays the story's threads again and again under new ids, slowly, until Ctrl-C. */
async function stayUp(api: Api, { session, signal }: Demo, story: readonly StoryChapter[]): Promise<void> {
  if (!session.terminal.coloured) session.terminal.err('The server stays up until Ctrl-C.');
  else await session.terminal.out('It stays up, with a gentle stream of traffic, until Ctrl-C.');
  const pace = () => delay(STEP_EVERY_MS, undefined, { signal });
  const threads = threadsUnderOnePolicy(story);
  try {
    for (let round = 1; ; round++) {
      const options = { prefix: `live-${round}-`, pace, signal, onSurprise: () => undefined };
      for (const thread of threads) await playThread(api, thread, options);
      if (threads.length === 0) await pace();
    }
  } catch (error) {
    // Ctrl-C is how this ends.
    if (!(signal.aborted && signal.reason instanceof Interrupted)) throw error;
  }
}

/** Before the first policy of the story, so that no activation is needed in between. */
function threadsUnderOnePolicy(story: readonly StoryChapter[]) {
  const until = story.findIndex(({ kind }) => kind === 'policy');
  const chapters = until === -1 ? story : story.slice(0, until);
  return chapters.flatMap((chapter) => (chapter.kind === 'threads' ? chapter.threads : []));
}

/** Also removed where the process ends before its time, as by a second Ctrl-C. */
async function inTemporaryDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'offramp-demo-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    await run(directory);
  } finally {
    remove();
    process.off('exit', remove);
  }
}
