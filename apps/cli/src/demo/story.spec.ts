import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rules } from '@offramp/assess';
import {
  DECISION_TYPES,
  type DecisionEvent,
  type Evidence,
  INBOUND_TYPES,
  type InboundEvent,
  type Verdict,
  messageEventId,
  position,
} from '@offramp/events';
import { BUILT_IN_POLICY, createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { type StoryChapter, type StoryMessage, type StoryStep, type StoryThread, loadStory } from './story.js';

/* The story is folded as a server would fold it, with evidence from the rules, and must come out as it is written. */

interface Told {
  readonly threadId: string;
  readonly step: StoryStep;
  readonly evidence?: Evidence;
  readonly verdict: Verdict;
  readonly decisions: readonly DecisionEvent[];
}

const START = Date.UTC(2026, 5, 1);
let story: readonly StoryChapter[];
let told: readonly Told[];
beforeAll(async () => {
  story = await loadStory();
  told = tell(story);
});

function tell(chapters: readonly StoryChapter[]): readonly Told[] {
  const log = foldedLog();
  return chapters.flatMap((chapter) => {
    if (chapter.kind === 'threads') return chapter.threads.flatMap((thread) => tellThread(log, thread));
    const { policy, document, by } = chapter;
    const id = `policy-${log.next()}`;
    log.put('', id, INBOUND_TYPES.PolicyActivated, { policy, document, share: 1, by, hasReason: true });
    return [];
  });
}

type FoldedLog = ReturnType<typeof foldedLog>;

function foldedLog() {
  const fold = createPartitionFold({ partition: 0, facts: createMemoryFacts(), recent: createRecentIds() });
  let offset = 0;
  return {
    next: () => offset,
    put(subject: string, id: string, type: string, data: unknown): readonly DecisionEvent[] {
      const time = new Date(START + offset * 1_000).toISOString();
      const event = { specversion: '1.0', id, source: 'default', subject, type, time, data } as unknown as InboundEvent;
      const handled = fold.handle(offset, event);
      offset += 1;
      if (handled.kind === 'stopped') throw new Error(handled.reason);
      return handled.decisions;
    },
  };
}

function tellThread(log: FoldedLog, thread: StoryThread): readonly Told[] {
  const { threadId, steps } = thread;
  let first: string | undefined;
  let latest: string | undefined;
  return steps.map((step) => {
    const evidence = step.do === 'message' && step.role === 'user' ? assessed(step) : undefined;
    const isAnswer = step.do === 'message' && step.role === 'assistant';
    const seen = isAnswer ? (step.seen === 'first' ? first : latest) : undefined;
    const offset = log.next();
    const { type, id, data } = inbound(thread, step, { offset, evidence, seen });
    const decisions = log.put(threadId, id, type, data);
    if (evidence !== undefined) latest = position(0, offset);
    first ??= latest;
    const verdicts = decisions.flatMap(({ data: decided }) => ('verdict' in decided ? [decided.verdict] : []));
    const verdict = verdicts.findLast((one) => one !== undefined) ?? 'continue';
    return { threadId, step, verdict, decisions, ...(evidence && { evidence }) };
  });
}

function assessed(step: StoryMessage): Evidence {
  return rules.assess({ role: step.role, text: step.text }) as Evidence;
}

interface Sent {
  readonly offset: number;
  readonly evidence: Evidence | undefined;
  readonly seen: string | undefined;
}

function inbound({ threadId }: StoryThread, step: StoryStep, { offset, evidence, seen }: Sent) {
  const id = `event-${offset}`;
  switch (step.do) {
    case 'message': {
      const { messageId, parentId, role, text, signal } = step;
      const proposesEnd = signal?.proposesEnd === undefined ? {} : { proposesEnd: signal.proposesEnd !== false };
      const data = {
        messageId,
        parentId,
        role,
        textLength: text.length,
        evidence,
        signal: { ...signal, ...proposesEnd },
        seen,
      };
      return { type: INBOUND_TYPES.MessagePosted, id: messageEventId('default', threadId, messageId), data };
    }
    case 'risk': {
      const { status, kind, messageId, by } = step;
      const type = status === 'reported' ? INBOUND_TYPES.RiskReported : INBOUND_TYPES.RiskCleared;
      return { type, id, data: { kind, messageId, by } };
    }
    case 'feedback':
      return { type: INBOUND_TYPES.FeedbackGiven, id, data: { rating: step.rating, hasComment: true } };
    case 'review': {
      const { outcome, by } = step;
      return { type: INBOUND_TYPES.ReviewRecorded, id, data: { decisionId: 'd', outcome, by, hasReason: true } };
    }
  }
}

const inThread = (threadId: string) => told.filter((one) => one.threadId === threadId);
const typesIn = (threadId: string) => inThread(threadId).flatMap(({ decisions }) => decisions.map(({ type }) => type));
const endedThreads = () =>
  new Set(
    told
      .filter(({ decisions }) => decisions.some(({ type }) => type.includes('conversation.ended')))
      .map((one) => one.threadId),
  );

it('every message of a user gets the verdict that the story says', () => {
  const users = told.flatMap((one) =>
    one.step.do === 'message' && one.step.role === 'user' ? [{ ...one, step: one.step }] : [],
  );
  const shown = users.map(({ threadId, step, verdict }) => `${threadId} ${step.messageId} ${verdict}`);
  expect(shown).toEqual(users.map(({ threadId, step }) => `${threadId} ${step.messageId} ${step.expect}`));
});

it('the texts drive it: what the rules see as harmful or risky is exactly what the story means so', () => {
  const { harm, risk } = BUILT_IN_POLICY.policy;
  for (const { step, evidence, threadId } of told) {
    if (step.do !== 'message' || evidence === undefined) continue;
    const isHarmful = (evidence.harm['abuse'] ?? 0) >= (harm['abuse'] ?? 1);
    const isRisky = Object.entries(evidence.risk ?? {}).some(
      ([kind, score]) => score >= (risk as Record<string, number>)[kind]!,
    );
    const isOrdinary =
      threadId.startsWith('demo-chat-') || ['demo-ordinary-chat', 'demo-heated-debate'].includes(threadId);
    if (isOrdinary) expect([step.text, isHarmful, isRisky]).toEqual([step.text, false, false]);
    if (['redirect', 'warn'].includes(step.expect))
      expect([step.text, isHarmful, isRisky]).toEqual([step.text, true, false]);
  }
  const risky = told.filter(({ evidence }) => Object.values(evidence?.risk ?? {}).some((score) => score >= 0.3));
  expect(risky.map(({ threadId }) => threadId)).toEqual(['demo-person-at-risk']);
});

it('no evidence is written by hand', () => {
  expect(told.filter(({ step }) => step.do === 'message' && step.evidence !== undefined)).toEqual([]);
});

it('a person at risk is never warned and never ended', () => {
  const types = typesIn('demo-person-at-risk').join(' ');
  expect(types).toContain('offramp.guard.raised.v1');
  expect(types).not.toMatch(/warning|ended/);
  expect(inThread('demo-person-at-risk').filter(({ verdict }) => verdict === 'support')).toHaveLength(5);
  const withheld = inThread('demo-person-at-risk').flatMap(({ decisions }) =>
    decisions.filter(({ type }) => type === DECISION_TYPES.EndWithheld),
  );
  expect(withheld.map(({ data }) => data)).toEqual([expect.objectContaining({ cause: 'guard' })]);
});

it('the abusive line climbs the whole ladder, and its edit goes well', () => {
  expect(typesIn('demo-abusive-line').map((type) => type.replace(/^offramp\.|\.v1$/g, ''))).toEqual([
    ...['redirect.advised', 'redirect.attempted', 'redirect.advised', 'redirect.attempted', 'redirect.advised'],
    ...['redirect.attempted', 'warning.advised', 'warning.issued', 'conversation.ended', 'message.refused'],
  ]);
});

it.each([
  ['demo-late-report', 'offramp.conversation.reopened.v1'],
  ['demo-too-early', 'offramp.end.withheld.v1'],
  ['demo-too-early', 'offramp.ladder.reset.v1'],
  ['demo-user-asks-to-stop', 'offramp.end-confirmation.asked.v1'],
  ['demo-users-only-calm', 'offramp.ladder.reset.v1'],
])('in %s there is %s', (threadId, type) => expect(typesIn(threadId)).toContain(type));

it('an outage climbs nowhere: one redirect is delivered in the end, by the answer that knew of it', () => {
  expect(typesIn('demo-outage').filter((type) => type === 'offramp.redirect.attempted.v1')).toHaveLength(1);
  expect(typesIn('demo-outage')).not.toContain('offramp.warning.advised.v1');
});

it('endings are rare, and ids are used once', () => {
  const threads = story.flatMap((chapter) => (chapter.kind === 'threads' ? chapter.threads : []));
  expect(threads.length).toBeGreaterThanOrEqual(50);
  expect(new Set(threads.map(({ threadId }) => threadId)).size).toBe(threads.length);
  expect([...endedThreads()]).toEqual([
    'demo-abusive-line',
    'demo-late-report',
    'demo-user-asks-to-stop',
    'demo-users-only',
  ]);
  for (const { steps } of threads) {
    const ids = steps.flatMap((step) => (step.do === 'message' ? [step.messageId] : []));
    expect(new Set(ids).size).toBe(ids.length);
  }
});

it('a file that is not as the format says is refused by its name and the place in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'offramp-story-'));
  try {
    const step = { do: 'message', messageId: 'm1', role: 'nobody', text: 'Hi' };
    const file = { about: 'x', threads: [{ threadId: 't', about: 'x', steps: [step] }] };
    await writeFile(join(folder, 'story.json'), JSON.stringify({ about: 'x', chapters: [{ file: 'odd.json' }] }));
    await writeFile(join(folder, 'odd.json'), JSON.stringify(file));
    await expect(loadStory(pathToFileURL(`${folder}/`))).rejects.toThrow(/odd\.json[^]*threads\[0\]\.steps\[0\]\.role/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
