import { RECENT_POSITIONS } from '@offramp/ladder';
import {
  activated,
  again,
  answer,
  climb,
  harmful,
  message,
  policyDocument,
  reviewed,
  systemMessage,
} from '@offramp/ladder/testing';
import type { RowOf } from '../projection/table.js';
import { type Steps, decide, told } from '../testing/entries.js';
import { foldOf } from '../testing/memory-fold.js';
import { messages } from './messages-table.js';
import { threads } from './threads-table.js';

describe('A message that is posted once more', () => {
  const first = systemMessage('s1', { inLine: true });
  const story: Steps = [first, climb(2, { inLine: true }), again(first)];

  it('moves nothing where the decider still knows it by its position, without a word', () => {
    const { rows } = foldOf(told(...story));
    expect(rows.get(messages, 'acme', 't1', 's1')).toMatchObject({ stage: 'clear', postedOffset: 5 });
    expect(rows.get(threads, 'acme', 't1')!.latestId).toBe('a2');
  });

  it('is the latest of its thread where that is too long ago, and stands where its thread stands', () => {
    const events = told(...story).map(({ event }) => event!);
    const { rows } = foldOf(decide(events, { stride: RECENT_POSITIONS }));
    expect(rows.get(messages, 'acme', 't1', 's1')).toMatchObject({ stage: 'redirecting', attempts: 2 });
    expect(rows.get(threads, 'acme', 't1')!.latestId).toBe('s1');
  });

  it('was told "continue" where it is judged as new in silence', () => {
    const short = policyDocument({ name: 'short', forgetAfter: 'PT2H' });
    const insult = harmful('u1', { under: null });
    const calm = message('u1', { under: null, later: 'P1D' });
    expect(messageAfter('u1', [activated(short), insult])).toMatchObject({ verdict: 'redirect', stage: 'redirecting' });
    expect(messageAfter('u1', [activated(short), insult, calm])).toMatchObject({ verdict: null, stage: 'clear' });
  });
});

describe('A message is harmful', () => {
  it('by the policy of its line, which a newer one leaves alone', () => {
    const patient = policyDocument({ name: 'patient', harm: { abuse: 0.96 } });
    const strict = policyDocument({ name: 'strict', harm: { abuse: 0.5 } });
    const steps = [activated(patient), harmful('u1', { score: 0.97 }), answer('a1'), activated(strict)];
    expect(messageAfter('u2', [...steps, harmful('u2', { score: 0.9 })]).harmful).toBe(false);
    expect(messageAfter('u2', [...steps, harmful('u2', { score: 0.97 })]).harmful).toBe(true);
    expect(messageAfter('e2', [...steps, harmful('e2', { score: 0.9, under: null })]).harmful).toBe(true);
  });

  it('also where it is refused', () => {
    expect(messageAfter('u6', [climb(4), harmful('u5'), harmful('u6')])).toMatchObject({
      harmful: true,
      verdict: 'refuse',
    });
  });
});

describe('A refused message', () => {
  const story = [climb(4), harmful('u5'), message('u6'), answer('a6')];

  it('stands beside the line, and what is posted under it, too', () => {
    expect(messageAfter('u6', story)).toMatchObject({ branchId: 'u1', refusedAfter: 'u5', stage: 'ended' });
    expect(messageAfter('a6', story)).toMatchObject({ branchId: 'u1', refusedAfter: 'u5', stage: 'ended' });
  });

  it('has its line go on under it where the end was overturned', () => {
    const opened = [...story, reviewed('overturned'), message('u7', { under: 'a6' })];
    expect(messageAfter('u7', opened)).toMatchObject({ branchId: 'u1', refusedAfter: null, stage: 'clear' });
  });
});

describe('A parent', () => {
  it('that is not there is missing, and the message begins a line', () => {
    const row = messageAfter('u2', [message('u1'), message('u2', { under: 'nobody' })]);
    expect(row).toMatchObject({ parentId: null, missingParentId: 'nobody', branchId: 'u2', depth: 0 });
  });

  it('is never the message itself', () => {
    const row = messageAfter('u1', [message('u1', { under: 'u1' })]);
    expect(row).toMatchObject({ parentId: null, missingParentId: 'u1', branchId: 'u1' });
  });
});

function messageAfter(messageId: string, steps: Steps): RowOf<typeof messages> {
  return foldOf(told(...steps)).rows.get(messages, 'acme', 't1', messageId)!;
}
