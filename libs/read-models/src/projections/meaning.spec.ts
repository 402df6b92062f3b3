import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import type { RowOf } from '../projection/table.js';
import { decide } from '../testing/entries.js';
import { type MemoryFold, createMemoryFold } from '../testing/memory-fold.js';
import { type SeenLine, type SeenMessage, type SeenThread, createWitness, lineOf } from '../testing/witness.js';
import { branches } from './branches-table.js';
import { messages } from './messages-table.js';
import { threads } from './threads-table.js';

/** Invariant VIEW, its meaning: what the read models say is what an independent reading of the same history says. */
describe.each([
  ['of a dense log', 1],
  ['of a log with wide gaps', 30_000],
])('The read models %s', (_name, stride) => {
  it('show every message, line and thread as the inputs and the oracle have it, after every entry', () => {
    fc.assert(
      fc.property(historyArbitrary(), ({ events }) => {
        const witness = createWitness();
        const fold = createMemoryFold();
        for (const entry of decide(events, { stride })) {
          fold.handle(entry);
          const event = entry.event!;
          const thread = witness.handle(entry.offset, event);
          if (event.subject === '') continue;
          const said = picture(fold, event.source, event.subject, thread);
          same(said, expected(thread));
        }
      }),
      { numRuns: Number(process.env['OFFRAMP_RUNS'] ?? 200) },
    );
  });
});

/** Most are equal, and a comparison that can tell a difference in words costs a hundred times as much. */
function same(said: unknown, wanted: unknown): void {
  if (JSON.stringify(said) === JSON.stringify(wanted)) return;
  expect(said).toEqual(wanted);
}

function picture({ rows }: MemoryFold, tenant: string, threadId: string, { messages: seen, lines, now }: SeenThread) {
  const thread = rows.get(threads, tenant, threadId)!;
  const row = (id: string) => rows.get(messages, tenant, threadId, id)!;
  return {
    messages: [...seen.keys()].map((id) => messageSaid(row(id))),
    lines: [...lines.keys()].map((id) => lineSaid(rows.get(branches, tenant, threadId, id))),
    thread: threadSaid(thread, now),
  };
}

function expected({ messages: seen, lines, latestId, guardUntil, reopened }: SeenThread) {
  const all = [...lines.values()];
  const count = (stage: string) => all.filter(({ standing }) => standing.stage === stage).length;
  return {
    messages: [...seen.values()].map(messageExpected),
    lines: all.map(lineExpected),
    thread: {
      messages: seen.size,
      refused: [...seen.values()].filter(({ refused }) => refused).length,
      branches: all.length,
      redirecting: count('redirecting'),
      warned: count('warned'),
      ended: count('ended'),
      reopened,
      stage: ['ended', 'warned', 'redirecting'].find((stage) => count(stage) > 0) ?? 'clear',
      latestId,
      guardUntil,
    },
  };
}

function messageSaid(row: RowOf<typeof messages>) {
  const { messageId, parentId, missingParentId, branchId, depth, verdict, harmful } = row;
  const refused = row.refusedAfter !== null;
  return {
    messageId,
    parentId,
    missingParentId,
    branchId,
    depth,
    refused,
    verdict: verdict ?? 'continue',
    harmful,
    stage: row.stage,
    attempts: row.attempts,
    endId: row.endId,
  };
}

function messageExpected(message: SeenMessage) {
  const { id, parent, missingParentId, depth, refused, judged } = message;
  const { stage = 'clear', attempts = 0, end } = judged.line ?? {};
  return {
    messageId: id,
    parentId: parent?.id ?? null,
    missingParentId,
    branchId: lineOf(message),
    depth,
    refused,
    verdict: judged.answer?.verdict ?? 'continue',
    harmful: isHarmful(message),
    stage: end === undefined ? stage : 'ended',
    attempts,
    endId: end?.endId ?? null,
  };
}

/** By the policy that judged it first. */
function isHarmful({ event: { data }, first }: SeenMessage): boolean {
  const { role, evidence } = data;
  if (role !== 'user' || evidence?.status !== 'assessed' || evidence.risk === undefined) return false;
  const thresholds: Readonly<Record<string, number>> = first.answer!.policy.harm;
  return Object.entries(evidence.harm).some(([category, score]) => score >= (thresholds[category] ?? 2));
}

function lineSaid(row: RowOf<typeof branches> | undefined) {
  if (row === undefined) return 'no such line';
  const { branchId, headId, forkedFrom, messages: length, stage, attempts, endId } = row;
  const { endedAt, endedBy, decisionId, reopenedAt } = row;
  return { branchId, headId, forkedFrom, length, stage, attempts, endId, endedAt, endedBy, decisionId, reopenedAt };
}

function lineExpected({ branchId, head, first, standing, ended, reopenedAt }: SeenLine) {
  return {
    branchId,
    headId: head.id,
    forkedFrom: first.parent?.id ?? null,
    length: head.depth + 1,
    ...standing,
    endedAt: ended?.endedAt ?? null,
    endedBy: ended?.endedBy ?? null,
    decisionId: ended?.decisionId ?? null,
    reopenedAt,
  };
}

function threadSaid(row: RowOf<typeof threads>, now: number) {
  const { branches: lines, redirecting, warned, ended, reopened, stage, refused, latestId } = row;
  const until = row.guardUntil === null ? 0 : Date.parse(row.guardUntil);
  return {
    messages: row.messages,
    refused,
    branches: lines,
    redirecting,
    warned,
    ended,
    reopened,
    stage,
    latestId,
    // A guard that has expired is one of the past.
    guardUntil: until > now ? until : undefined,
  };
}
