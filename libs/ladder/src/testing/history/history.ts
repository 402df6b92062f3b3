import { DECISION_TYPES, type DecisionEvent, type Evidence, type InboundEvent } from '@offramp/events';
import fc from 'fast-check';
import { isoTime } from '../../time.js';
import { described } from '../described.js';
import { type Place, activation, eventOf, messagePosted } from '../events.js';
import { type Beside, type HistoryOptions, type Move, type Talk, type When, movesArbitrary } from './moves.js';
import { BELOW_FLOOR } from './policies.js';
import { type Whole, foldingFrom } from './whole.js';

export const START_MS = Date.parse('2026-01-01T00:00:00.000Z');

/** A history, offset = index, and what one fold over all of it came to. */
export interface History extends Whole {
  readonly events: readonly InboundEvent[];
}

export function historyArbitrary(options: HistoryOptions = {}): fc.Arbitrary<History> {
  return movesArbitrary(options).map(historyOf);
}

const PLACES = [
  { tenant: 'acme', thread: 't1' },
  { tenant: 'acme', thread: 'a/line' },
  { tenant: 'acme', thread: 't2' },
  { tenant: 'other', thread: 't1' },
] as const;
/** In this thread no message names its parent. */
const LINE_THREAD = 1;

interface Telling {
  readonly events: InboundEvent[];
  /** Ids of the messages of each place, in order. */
  readonly ids: string[][];
  readonly ends: string[];
  messages: number;
  ms: number;
}

/** Plays the moves. The fold goes along, so that a review can name an end. */
export function historyOf(moves: readonly Move[]): History {
  const telling: Telling = { events: [], ids: PLACES.map(() => []), ends: [], messages: 0, ms: START_MS };
  const folding = foldingFrom();
  for (const move of moves) {
    telling.ms += move.after;
    for (const event of eventsOf(move, telling)) {
      telling.ends.push(...endsIn(folding.handle(event)));
      telling.events.push(event);
    }
  }
  return readable({ events: telling.events, ...folding.whole() });
}

/** A counterexample is printed as one line an event. */
function readable(history: History): History {
  return Object.defineProperty(history, fc.toStringMethod, { value: () => `\n${described(history.events)}\n` });
}

function endsIn(decisions: readonly DecisionEvent[]): string[] {
  return decisions.filter(({ type }) => type === DECISION_TYPES.ConversationEnded).map(({ id }) => id);
}

function eventsOf(move: Move, telling: Telling): InboundEvent[] {
  switch (move.kind) {
    case 'user':
      return [userMessage(move, telling)];
    case 'turn':
      return [userMessage(move, telling), assistantMessage({ ...move, parent: followed(move), id: 'new' }, telling)];
    case 'climb':
      return Array.from({ length: CLIMB_TURNS }).flatMap((_, turn) => climbingTurn(move, telling, turn));
    case 'insist':
      return insisting(move, telling);
    case 'leave':
      return leaving(move, telling);
    case 'assistant':
      return [assistantMessage(move, telling)];
    case 'other':
      return [postedAs(move, telling, { role: move.pick % 2 === 0 ? 'system' : 'tool' })];
    case 'again': {
      const again = telling.events[move.pick % Math.max(1, telling.events.length)];
      return again === undefined ? [] : [{ ...again, time: isoTime(telling.ms) }];
    }
    default:
      return [besideTalk(move, telling)];
  }
}

type TalkMove = Talk & When;

const CLIMB_TURNS = 3;

/** An insult that is answered as advised; three of them bring most lines to a warning, or from there to an end. */
function climbingTurn(move: TalkMove, telling: Telling, turn: number): InboundEvent[] {
  const user: TalkMove = { ...move, ...INSULT };
  const parent = turn === 0 ? move.parent : followed(move);
  const answer: TalkMove = { ...move, parent: followed(move), id: 'new', seen: 'all' };
  return [userMessage({ ...user, parent }, telling), assistantMessage(answer, telling)];
}

const INSULT = { harm: { abuse: 0.97 }, risk: {}, evidence: 'complete', intent: 'none', id: 'new' } as const;

/** An insult, at times one of another kind, after which the model proposes to end, and proposes it once more. */
function insisting(move: TalkMove, telling: Telling): InboundEvent[] {
  const next: TalkMove = { ...move, parent: followed(move) };
  const insults = [userMessage({ ...move, ...INSULT }, telling)];
  if (move.pick % 3 === 0) insults.push(userMessage({ ...next, ...INSULT, harm: { hate: 0.97 } }, telling));
  const proposal: TalkMove = { ...next, id: 'new', signal: 'proposes' };
  return [...insults, assistantMessage(proposal, telling), assistantMessage(proposal, telling)];
}

function placeOf(move: When, { ms }: Telling): Place {
  return { ...PLACES[move.where]!, time: isoTime(ms) };
}

function postedAs(
  move: TalkMove,
  telling: Telling,
  data: Omit<Parameters<typeof messagePosted>[1], 'messageId' | 'parentId'>,
): InboundEvent {
  const ids = telling.ids[move.where]!;
  const used = move.id === 'used' ? ids[move.pick % Math.max(1, ids.length)] : undefined;
  const messageId = used ?? `m${++telling.messages}`;
  const parentId = parentOf(move, ids, messageId);
  const event = messagePosted(placeOf(move, telling), {
    messageId,
    ...(parentId === undefined ? {} : { parentId }),
    ...data,
  });
  ids.push(messageId);
  return event;
}

/** The user asks for the end, and confirms. */
function leaving(move: TalkMove, telling: Telling): InboundEvent[] {
  const asks = userMessage({ ...move, harm: {}, risk: {}, intent: 'end', id: 'new' }, telling);
  return [asks, userMessage({ ...move, intent: 'confirm-end', parent: followed(move), id: 'new' }, telling)];
}

/** An answer follows the message that it answers, named or not as that one's parent was. */
function followed({ parent }: TalkMove): TalkMove['parent'] {
  return NAMED.includes(parent) ? 'latest-named' : 'latest';
}

const NAMED: readonly TalkMove['parent'][] = ['latest-named', 'older', 'null', 'unknown'];

function parentOf(move: TalkMove, ids: readonly string[], messageId: string): string | null | undefined {
  if (move.where === LINE_THREAD && move.parent === 'latest') return undefined;
  switch (move.parent) {
    case 'absent':
      return undefined;
    case 'latest':
    case 'latest-named':
      return ids.at(-1) ?? null;
    case 'older':
      return ids.at(-1 - (move.pick % 6)) ?? null;
    case 'null':
      return null;
    case 'unknown':
      return 'nobody';
    case 'self':
      return messageId;
  }
}

function userMessage(move: TalkMove, telling: Telling): InboundEvent {
  const evidence = evidenceOf(move);
  const intent = move.intent === 'end' || move.intent === 'confirm-end' ? { intent: move.intent } : {};
  return postedAs(move, telling, { role: 'user', ...intent, ...(evidence === undefined ? {} : { evidence }) });
}

function evidenceOf(move: TalkMove): Evidence | undefined {
  if (move.evidence === 'none') return undefined;
  const status = move.evidence === 'unavailable' ? 'unavailable' : 'assessed';
  const risk = move.evidence === 'no-risk' ? {} : { risk: move.risk };
  const assessed = { 'assessed-end': 'end', 'assessed-confirm-end': 'confirm-end' } as const;
  const intent = assessed[move.intent as keyof typeof assessed];
  const said = intent === undefined ? {} : { intent };
  return { assessor: 'platform', version: '1', status, harm: move.harm, ...risk, ...said };
}

function assistantMessage(move: TalkMove, telling: Telling): InboundEvent {
  const seen = seenOf(move, telling);
  const signal = {
    none: {},
    redirected: { signal: { redirected: true } },
    warned: { signal: { warned: true } },
    proposes: { signal: { proposesEnd: true, redirected: true } },
    'warned-proposes': { signal: { proposesEnd: true, warned: true } },
  }[move.signal];
  return postedAs(move, telling, { role: 'assistant', ...signal, ...(seen === undefined ? {} : { seen }) });
}

function seenOf({ seen, pick: drawn }: TalkMove, { events }: Telling): string | undefined {
  switch (seen) {
    case 'none':
      return undefined;
    case 'all':
      return `0:${events.length + CLIMB_TURNS * 2}`;
    case 'older':
      return `0:${Math.max(0, events.length - (drawn % 4))}`;
    case 'elsewhere':
      return `1:${events.length}`;
  }
}

function besideTalk(move: Beside & When, telling: Telling): InboundEvent {
  const at = { ...placeOf(move, telling), id: `e${telling.events.length}` };
  const ids = telling.ids[move.where]!;
  const messageId = move.isLoud ? {} : { messageId: ids[0] ?? 'nobody' };
  const kind = move.isLoud ? { kind: 'self-harm' } : {};
  switch (move.kind) {
    case 'risk':
      return eventOf('RiskReported', at, { ...kind, ...messageId, by: 'carer' });
    case 'cleared':
      return eventOf('RiskCleared', at, { ...messageId, by: 'carer' });
    case 'review': {
      const decisionId = telling.ends[move.pick % Math.max(1, telling.ends.length)] ?? 'none';
      const outcome = move.pick % 4 === 0 ? 'upheld' : 'overturned';
      return eventOf('ReviewRecorded', at, { decisionId, outcome, by: 'reviewer', hasReason: false });
    }
    case 'policy':
      return policyActivated(move, at);
    case 'endings': {
      const name = move.isLoud ? 'EndingsSuspended' : 'EndingsResumed';
      return eventOf(name, { ...at, thread: '' }, { by: 'ops', cause: 'incident' });
    }
    case 'feedback':
      return eventOf('FeedbackGiven', at, thumbOf(move, messageId));
    case 'erased':
    case 'again':
      return eventOf('ContentErased', at, { by: 'user' });
  }
}

/** From few people on few things, so that many give another one on the same thing. */
function thumbOf({ pick: drawn }: Beside, about: { readonly messageId?: string }) {
  const by = drawn % 3 === 0 ? {} : { by: drawn % 3 === 1 ? 'ann' : 'bob' };
  return { rating: drawn % 2 === 0 ? ('up' as const) : ('down' as const), ...about, ...by, hasComment: false };
}

/** Now and then a document that is refused: below a floor, or under an id that is not its own. */
function policyActivated(
  { policy: { document, share }, pick: drawn }: Beside,
  at: Place & { id: string },
): InboundEvent {
  if (drawn % 12 === 0) return activation(at, { ...document, ...BELOW_FLOOR }, share);
  const event = activation(at, document, share);
  return drawn % 12 === 1 ? { ...event, data: { ...event.data, policy: 'swift@00000000' } } : event;
}
