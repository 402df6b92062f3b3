import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TOPICS } from '@offramp/events';
import { BUILT_IN_POLICY } from '@offramp/ladder';
import { type StoryStep, loadStory } from './demo/story.js';
import { type OfframpServer, type Ran, lastJson, runOfframp, startOfframp } from './testing/offramp-process.js';
import { TREES } from './testing/shared-data.js';

/** The built command line over real servers and real data directories, as others call it (CONTRACT §4). */

let dataDir: string;
let server: OfframpServer;
const offramp = (...args: string[]): Promise<Ran> => runOfframp(args, { OFFRAMP_DATA: dataDir });

/** All of them but the demo go through it; `rebuild.int.spec.ts` has commands that start one. */
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-cli-'));
  server = await startOfframp(dataDir);
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('offramp demo --exit --json', () => {
  it('tells what the story holds, and what became of it', async () => {
    const story = await loadStory();
    const threads = story.flatMap((chapter) => (chapter.kind === 'threads' ? chapter.threads : []));
    const steps = threads.flatMap((thread) => thread.steps);
    const thumbs = threads.flatMap(({ steps: of }) => lastThumbs(of));
    const ran = await offramp('demo', '--exit', '--json');
    expect([ran.exit, ran.err]).toEqual([0, '']);
    const told = lastJson<Record<string, unknown>>(ran);
    expect(told).toMatchObject({
      threads: threads.length,
      messages: steps.filter((step) => step.do === 'message').length,
      feedback: {
        up: thumbs.filter((rating) => rating === 'up').length,
        down: thumbs.filter((rating) => rating === 'down').length,
      },
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });
    const { byType } = told['decisions'] as { byType: Record<string, number> };
    const expected = steps.flatMap((step) => (step.do === 'message' && step.role === 'user' ? [step.expect] : []));
    const ends = expected.filter((verdict) => verdict === 'end').length;
    expect(byType).toMatchObject({
      ConversationEnded: ends,
      MessageRefused: expected.filter((verdict) => verdict === 'refuse').length,
      WarningAdvised: expected.filter((verdict) => verdict === 'warn').length,
    });
    const { endedBranches, reopened, guardedThreads } = told as Record<string, number>;
    expect(endedBranches! + reopened!).toBe(ends);
    expect(Math.min(endedBranches!, reopened!, guardedThreads!)).toBeGreaterThan(0);
  }, 120_000);

  it('draws a thread as a tree with its verdicts for people', async () => {
    const { exit, out } = await offramp('demo', '--exit');
    expect(exit).toBe(0);
    const start = out.indexOf('demo-abusive-line');
    const picture = out.slice(start, out.indexOf('\n\n', start));
    expect(picture.replaceAll(/until \d{4}-\d\d-\d\d/g, 'until DATE')).toMatchSnapshot();
  }, 120_000);
});

/** Of the thumbs that one person gives on one thing, the last counts. */
function lastThumbs(steps: readonly StoryStep[]): string[] {
  const last = new Map<string, string>();
  for (const step of steps) {
    if (step.do !== 'feedback') continue;
    const { rating, ...on } = step as unknown as Record<string, string>;
    last.set(JSON.stringify([on['by'] ?? last.size, on['messageId'], on['endAt']]), rating!);
  }
  return [...last.values()];
}

const withTrees = existsSync(TREES) ? describe : describe.skip;

withTrees('offramp import of Open-Assistant trees (skipped where the shared data is not there)', () => {
  it('gives the number of threads, messages and leaves that the files have, also the second time', async () => {
    const counted = countTrees();
    const first = await offramp('import', TREES, '--json');
    expect([first.exit, lastJson(first)]).toEqual([0, { ...counted, skipped: 0 }]);
    const inbound = (await offramp('log', 'inbound')).out.trimEnd().split('\n');
    expect(inbound).toHaveLength(counted.messages);
    const again = await offramp('import', TREES, '--json');
    expect([again.exit, lastJson(again)]).toEqual([0, { ...counted, skipped: 0 }]);
  }, 120_000);

  it('keeps the branches: a thread of the import is shown as a tree', async () => {
    const threadId = `open-assistant:${firstTree().message_tree_id}`;
    const shown = await offramp('thread', 'show', threadId, '--json');
    const { thread, messages } = lastJson<{
      thread: { branches: number };
      messages: { messageId: string; parentId: string | null }[];
    }>(shown);
    const parents = new Set(messages.map(({ parentId }) => parentId));
    expect(thread.branches).toBe(messages.filter(({ messageId }) => !parents.has(messageId)).length);
  }, 60_000);
});

describe('offramp log', () => {
  it('prints a topic from a position on, and refuses what is none', async () => {
    const fixture = resolve(import.meta.dirname, 'importers/fixtures/chatgpt.json');
    expect((await offramp('import', fixture)).exit).toBe(0);
    const whole = linesOf(await offramp('log', TOPICS.inbound));
    expect(whole.length).toBeGreaterThan(2);
    const { position } = JSON.parse(whole[2]!) as { position: string };
    expect(linesOf(await offramp('log', 'inbound', '--from', position))).toEqual(whole.slice(2));
    expect((await offramp('log', 'no-such-topic')).exit).toBe(2);
    expect((await offramp('log', 'inbound', '--from', 'here')).exit).toBe(2);
  }, 60_000);
});

describe('offramp policy', () => {
  it('shows the built-in policy where none was activated', async () => {
    const { id, document } = BUILT_IN_POLICY;
    expect(lastJson(await offramp('policy', 'show', '--json'))).toEqual({ id, document });
  }, 60_000);

  it('refuses a document below a floor, and names the floor', async () => {
    const file = join(dataDir, 'low.json');
    writeFileSync(file, JSON.stringify({ ...BUILT_IN_POLICY.document, redirects: 1 }));
    const { exit, err } = await offramp('policy', 'check', file);
    expect([exit, err]).toEqual([2, expect.stringContaining('redirects')]);
  }, 60_000);
});

it('makes no key of a tenant that is none', async () => {
  const create = (tenant: string) => offramp('keys', 'create', '--tenant', tenant, '--scopes', 'read', '--name', 'x');
  expect(await create('offramp')).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/--tenant offramp: .*no tenant/),
  });
  expect(await create("a'b")).toMatchObject({ exit: 2, err: expect.stringMatching(/--tenant a'b: A tenant is/) });
}, 60_000);

it('answers a wrong command, a missing thread and a missing file with exit code 2 and a sentence', async () => {
  for (const args of [['nonsense'], ['thread', 'show', 'no-such-thread'], ['import', '/no/such/file']]) {
    const { exit, err } = await offramp(...args);
    expect([args, exit]).toEqual([args, 2]);
    expect(err).toMatch(/\w+ \w+/);
  }
}, 120_000);

function linesOf({ exit, out }: Ran): string[] {
  expect(exit).toBe(0);
  return out.trimEnd().split('\n');
}

interface Reply {
  readonly message_tree_id: string;
  readonly replies: readonly Reply[];
}

function trees(): Reply[] {
  const lines = readFileSync(join(TREES, 'dev-en_100_tree.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { message_tree_id, prompt } = JSON.parse(line) as { message_tree_id: string; prompt: Reply };
    return { ...prompt, message_tree_id };
  });
}

function firstTree(): Reply {
  return trees()[0]!;
}

function countTrees(): { threads: number; messages: number; branches: number } {
  const count = ({ replies }: Reply): [messages: number, leaves: number] =>
    replies.map(count).reduce(([a, b], [c, d]) => [a + c, b + d], [1, replies.length === 0 ? 1 : 0]);
  const counted = trees().map(count);
  return {
    threads: counted.length,
    messages: counted.reduce((sum, [messages]) => sum + messages, 0),
    branches: counted.reduce((sum, [, leaves]) => sum + leaves, 0),
  };
}
