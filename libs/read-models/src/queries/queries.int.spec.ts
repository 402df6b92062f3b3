import { BUILT_IN_POLICY } from '@offramp/ladder';
import { eventOf, messagePosted } from '@offramp/ladder/testing';
import { type ReadModels } from '../read-models.js';
import { decide } from '../testing/entries.js';
import { type Opened, openEmbeddedReadModels, project } from '../testing/opened.js';
import { acme } from '../testing/story.js';
import type { List, Page } from './list.js';
import { type QueryRefusal, isRefusal } from './refusal.js';

let opened: Opened;
let queries: ReadModels['queries'];

beforeAll(async () => {
  opened = await openEmbeddedReadModels();
  ({ queries } = opened.readModels);
  await project(opened.readModels, acme());
});
afterAll(() => opened.close());

async function rows<Row, Given>(list: List<Row, Given>, filters?: Given, tenant = 'acme'): Promise<readonly Row[]> {
  return pageOf(await list.page(tenant, filters, { limit: 1000 })).data;
}

function pageOf<Row>(answer: Page<Row> | QueryRefusal): Page<Row> {
  if (isRefusal(answer)) throw new Error(`${answer.refused} ${answer.parameter}: ${answer.detail}`);
  return answer;
}

describe('Threads', () => {
  const ids = async (filters?: object) => (await rows(queries.threads, filters)).map(({ threadId }) => threadId);

  it('come newest first, with what is so now', async () => {
    expect(await ids()).toEqual(['leaving', 'fragile', 'lost', 'heated', 'calm']);
    expect(await queries.thread('acme', 'heated')).toEqual({
      threadId: 'heated',
      // The edit forks from a line that was redirected.
      stage: 'redirecting',
      messages: 12,
      refused: 1,
      branches: 2,
      category: 'abuse',
      endedBranches: 0,
      reopened: 1,
      guarded: false,
      feedbackUp: 1,
      feedbackDown: 1,
      policy: BUILT_IN_POLICY.id,
      createdAt: '2026-01-01T00:00:03.000Z',
      updatedAt: '2026-01-01T00:00:18.000Z',
    });
    expect(await queries.thread('acme', 'lost')).toMatchObject({ stage: 'ended', endedBranches: 1, branches: 2 });
  });

  it('are of one tenant', async () => {
    expect(await rows(queries.threads, {}, 'other')).toMatchObject([{ threadId: 'heated', messages: 1 }]);
    expect(await queries.thread('nobody', 'heated')).toBeUndefined();
  });

  it('are found by stage, id, guard and time', async () => {
    expect(await ids({ stage: 'ended' })).toEqual(['leaving', 'lost']);
    expect(await ids({ thread: 'calm' })).toEqual(['calm']);
    expect(await ids({ guard: true })).toEqual([]);
    expect(await ids({ guard: false, stage: 'clear' })).toEqual(['fragile', 'calm']);
    expect(await ids({ since: '2026-01-01T00:00:02Z', before: '2026-01-01T01:00:21+01:00' })).toEqual([
      'lost',
      'heated',
    ]);
    expect(await ids({ since: '2026-01-02' })).toEqual([]);
  });
});

describe('Branches', () => {
  it('tell where each line forked and how it ended', async () => {
    const [edit, ended] = await rows(queries.branches, { thread: 'lost' });
    expect(edit).toMatchObject({ branchId: 'e2', forkedFrom: 'a1', headId: 'e2', messages: 3, stage: 'redirecting' });
    expect(edit).not.toHaveProperty('endedAt');
    expect(ended).toMatchObject({ branchId: 'u1', forkedFrom: null, headId: 'u4', stage: 'ended', endedBy: 'policy' });
    const decision = await queries.decision('acme', ended!.decisionId!);
    expect(decision).toMatchObject({ type: 'ConversationEnded', endId: 'u4', at: ended!.endedAt, category: 'hate' });
  });

  it('show an end that was overturned as one of the past', async () => {
    const [, line] = await rows(queries.branches, { thread: 'heated' });
    expect(line).toMatchObject({ branchId: 'u1', stage: 'clear', attempts: 0, endedBy: 'policy' });
    expect(line!.reopenedAt! > line!.endedAt!).toBe(true);
  });

  it('are found by stage, who ended them, policy, guard and time', async () => {
    const ids = async (filters: object) =>
      (await rows(queries.branches, filters)).map((row) => `${row.threadId}/${row.branchId}`);
    expect(await ids({ stage: 'ended' })).toEqual(['leaving/y1', 'lost/u1']);
    expect(await ids({ endedBy: 'user' })).toEqual(['leaving/y1']);
    expect(await ids({ endedBy: 'policy' })).toEqual(['lost/u1', 'heated/u1']);
    const { policy } = (await queries.thread('acme', 'leaving'))!;
    expect(await ids({ policy })).toEqual(['leaving/y1', 'fragile/x1', 'lost/u1']);
    expect(await ids({ guard: true })).toEqual([]);
    expect(await ids({ before: '2026-01-01T00:00:02.000Z' })).toEqual(['calm/m1']);
  });
});

describe('Decisions', () => {
  it('come newest first, the last of a position before the first', async () => {
    const [first, second] = await rows(queries.decisions, { thread: 'leaving' });
    expect([first!.type, second!.type]).toEqual(['ConversationEnded', 'EndConfirmationAsked']);
    const all = await rows(queries.decisions);
    const places = all.map(({ position, index }) => Number(position.split(':')[1]) * 100 + index);
    expect(places).toEqual([...places].sort((a, b) => b - a));
  });

  it('carry what they said, and the latest review', async () => {
    const [end] = await rows(queries.decisions, { type: 'ConversationEnded', thread: 'heated' });
    expect(end).toMatchObject({ outcome: 'overturned', verdict: 'end', becauseKind: 'harm', category: 'abuse' });
    expect(end!.data).toMatchObject({ by: 'policy', endId: 'u5', position: end!.position });
    expect(end!.reviewedAt).toBe(end!.overturnedAt);
  });

  it('are found by type, message, category, policy and time', async () => {
    const types = async (filters: object) => (await rows(queries.decisions, filters)).map(({ type }) => type);
    expect(await types({ message: 'u6' })).toEqual(['MessageRepeated', 'MessageRefused']);
    expect(await types({ category: 'self-harm' })).toEqual(['GuardRaised']);
    expect(await types({ type: 'EndWithheld' })).toEqual(['EndWithheld']);
    expect(await types({ policy: 'nobody@00000000' })).toEqual([]);
    expect(await types({ since: '2026-01-01T00:00:33.000Z' })).toEqual(['ConversationEnded', 'EndConfirmationAsked']);
  });
});

describe('Feedback and reviews', () => {
  it('are kept with what they are about', async () => {
    const [up, down] = await rows(queries.feedback);
    expect(up).toMatchObject({ feedbackId: 'f2', rating: 'up', messageId: 'b3', by: 'user-1' });
    expect(down).toMatchObject({ feedbackId: 'f1', rating: 'down', threadId: 'heated', policy: BUILT_IN_POLICY.id });
    expect(await rows(queries.feedback, { rating: 'up' })).toEqual([up]);
    expect(await rows(queries.feedback, { decision: down!.decisionId })).toEqual([down]);
    expect(await rows(queries.feedback, { thread: 'calm' })).toEqual([]);
    expect(await rows(queries.reviews, { thread: 'heated' })).toMatchObject([
      { reviewId: 'r1', outcome: 'overturned', by: 'reviewer', decisionId: down!.decisionId },
    ]);
  });
});

describe('Messages of a thread', () => {
  it('are the tree, parents before children', async () => {
    const tree = await rows(queries.messages, { thread: 'heated' });
    expect(tree.map(({ messageId, parentId }) => `${parentId}>${messageId}`)).toEqual([
      ...['null>u1', 'u1>a1', 'a1>u2', 'u2>a2', 'a2>u3', 'u3>a3', 'a3>u4', 'u4>a4', 'a4>u5', 'u5>u6'],
      ...['a2>e3', 'e3>b3'],
    ]);
    expect(tree.find(({ messageId }) => messageId === 'u6')).toMatchObject({ refused: true, verdict: 'refuse' });
    expect(tree.find(({ messageId }) => messageId === 'b3')).toMatchObject({ branchId: 'e3', verdict: 'continue' });
    const { evidence, decisionIds, harmful, attempts } = tree[2]!;
    expect({ evidence, decisionIds, harmful, attempts }).toMatchObject({
      evidence: { harm: { abuse: 0.95 }, risk: {} },
      decisionIds: [expect.any(String)],
      harmful: true,
      attempts: 1,
    });
  });
});

describe('Guards of a thread', () => {
  it('tell how often they were extended, and who lowered them', async () => {
    expect(await rows(queries.guards, { thread: 'fragile' })).toMatchObject([
      { kind: 'self-harm', reported: false, messageId: 'x1', extensions: 1, clearedBy: 'carer' },
    ]);
    expect(await queries.thread('acme', 'fragile')).not.toHaveProperty('guardUntil');
  });
});

describe('A guard that is up now', () => {
  it('is found by itself, in threads, branches and statistics', async () => {
    const now = { tenant: 'watchful', time: new Date().toISOString() };
    const post = (thread: string) =>
      messagePosted({ ...now, thread }, { messageId: 'm1', parentId: null, role: 'user' });
    const reported = eventOf('RiskReported', { ...now, thread: 'guarded', id: 'e1' }, { by: 'carer' });
    await project(opened.readModels, decide([post('guarded'), post('open'), reported], { partition: 1 }), 1);
    for (const list of [queries.threads, queries.branches] as List<
      { threadId: string },
      { guard?: boolean | undefined }
    >[]) {
      const ids = async (guard?: boolean) => (await rows(list, { guard }, 'watchful')).map(({ threadId }) => threadId);
      expect([await ids(true), await ids(false), (await ids()).length]).toEqual([['guarded'], ['open'], 2]);
    }
    expect(await queries.thread('watchful', 'guarded')).toMatchObject({ guarded: true });
    expect(await queries.stats('watchful')).toMatchObject({ guardedThreads: 1 });
  });
});

describe('A timeline', () => {
  it('is every event in log order with what was decided', async () => {
    const { data } = pageOf(await queries.timeline('acme', 'heated', { limit: 100 }));
    const told = data.slice(8).map((entry) => [entry.type, entry.messageId, entry.decisions.map(({ type }) => type)]);
    expect(told).toEqual([
      ['MessagePosted', 'u5', ['ConversationEnded']],
      ['FeedbackGiven', undefined, []],
      ['MessagePosted', 'u6', ['MessageRefused']],
      ['MessagePosted', 'u6', ['MessageRepeated']],
      ['ReviewRecorded', undefined, ['ConversationReopened']],
      ['MessagePosted', 'e3', []],
      ['MessagePosted', 'b3', []],
      ['FeedbackGiven', 'b3', []],
    ]);
    expect(data[0]).toMatchObject({ position: '0:2', data: { role: 'user', verdict: 'redirect', harmful: true } });
  });

  it('comes in pages that fit together, and of its own cursor only', async () => {
    const whole = pageOf(await queries.timeline('acme', 'heated', { limit: 100 })).data;
    const pieces = [];
    let cursor: string | undefined;
    do {
      const page = pageOf(await queries.timeline('acme', 'heated', { limit: 3, cursor }));
      pieces.push(...page.data);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(pieces).toEqual(whole);
    const { next } = pageOf(await queries.timeline('acme', 'lost', { limit: 1 }));
    expect(await queries.timeline('acme', 'heated', { cursor: next! })).toMatchObject({ refused: 'bad-cursor' });
    expect(await queries.timeline('acme', 'heated', { limit: 0 })).toMatchObject({ refused: 'bad-limit' });
    expect(await queries.timeline('acme', 'no such\u0000thread')).toEqual({ data: [], next: null });
  });
});

describe('An explanation', () => {
  it('is the line from root to head, each step with its decisions, and the policy', async () => {
    const why = (await queries.explain({ tenant: 'acme', threadId: 'lost', branchId: 'u1' }))!;
    expect(why.branch).toMatchObject({ branchId: 'u1', stage: 'ended', endedBy: 'policy' });
    expect(why.messages.map(({ messageId, decisions }) => [messageId, decisions.map(({ type }) => type)])).toEqual([
      ['u1', ['RedirectAdvised']],
      ['a1', ['RedirectAttempted']],
      ['u2', ['RedirectAdvised']],
      ['a2', ['RedirectAttempted']],
      ['u3', ['WarningAdvised']],
      ['a3', ['WarningIssued']],
      ['a4', ['EndWithheld']],
      ['u4', ['ConversationEnded']],
    ]);
    expect(why.messages.at(-1)!.decisions[0]).toMatchObject({ category: 'hate', score: 0.9, threshold: 0.85 });
    expect(why.policy).toMatchObject({ id: why.branch.policy, document: { name: 'swift', redirects: 2 } });
  });

  it('of an edit does not speak of its siblings, but of what was decided about the thread', async () => {
    const why = (await queries.explain({ tenant: 'acme', threadId: 'heated', branchId: 'e3' }))!;
    expect(why.messages.map(({ messageId }) => messageId)).toEqual(['u1', 'a1', 'u2', 'a2']);
    expect(why.thread.map(({ type }) => type)).toEqual(['ConversationReopened']);
    expect(why.policy).toMatchObject({ id: BUILT_IN_POLICY.id, document: { redirects: 3 } });
  });

  it('of a clear line names the policy that the thread would meet next', async () => {
    const of = async (threadId: string, branchId: string) => {
      const why = await queries.explain({ tenant: 'acme', threadId, branchId });
      return why!.policy.document['name'];
    };
    expect([await of('heated', 'u1'), await of('calm', 'm1')]).toEqual(['swift', 'swift']);
    expect((await queries.explain({ tenant: 'other', threadId: 'heated', branchId: 'm1' }))!.policy.document).toEqual(
      BUILT_IN_POLICY.document,
    );
  });

  it('of nothing is nothing', async () => {
    expect(await queries.explain({ tenant: 'acme', threadId: 'lost', branchId: 'a1' })).toBeUndefined();
    expect(await queries.explain({ tenant: 'other', threadId: 'lost', branchId: 'u1' })).toBeUndefined();
    expect(await queries.explain({ tenant: 'acme', threadId: '\u0000', branchId: 'u1' })).toBeUndefined();
  });
});

describe('Statistics and policies', () => {
  it('add up', async () => {
    const stats = await queries.stats('acme');
    const decisions = await rows(queries.decisions);
    expect(stats).toMatchObject({
      threads: 5,
      messages: 27,
      refused: 1,
      branches: 7,
      endedBranches: 2,
      guardedThreads: 0,
      reopened: 1,
      feedback: { up: 1, down: 1 },
      decisions: { total: decisions.length },
    });
    for (const [type, count] of Object.entries(stats.decisions.byType)) {
      expect([type, decisions.filter((row) => row.type === type).length]).toEqual([type, count]);
    }
    expect(await queries.stats('nobody')).toMatchObject({ threads: 0, decisions: { total: 0, byType: {} } });
  });

  it('list the activations of the tenant with their documents', async () => {
    expect(await queries.policies('acme')).toMatchObject([
      { activationId: 'p1', share: 1, partitions: 1, applied: true, by: 'ops', document: { name: 'swift' } },
    ]);
    expect(await queries.policies('other')).toEqual([]);
  });
});
