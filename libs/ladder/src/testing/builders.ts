import type { Evidence, InboundEvent, Role } from '@offramp/events';
import { assert } from '../assert.js';
import { parseDuration } from '../duration.js';
import { isoTime } from '../time.js';
import { type MessageData, type Place, activation, assessed, eventOf, messagePosted } from './events.js';
import type { Past } from './past.js';

/** One event of a specification. What it leaves open (time, parent, id) follows from what was told before. */
export type Step = (past: Past) => InboundEvent;

/** ISO 8601 durations, against the event before; one second later where nothing is said. */
interface When {
  readonly later?: string;
  readonly earlier?: string;
}

interface Where extends When {
  readonly tenant?: string;
  readonly thread?: string;
}

export interface MessageOptions extends Where, Omit<MessageData, 'messageId' | 'parentId' | 'role' | 'evidence'> {
  /** Default: the message of the thread that was told before this one; null where there is none. */
  readonly under?: string | null;
  /** Without parent id, "follows the latest". */
  readonly inLine?: boolean;
  /** null: none. Default: complete, and nothing found. */
  readonly evidence?: Evidence | null;
}

/** A user message in which nothing was found. */
export function message(messageId: string, options: MessageOptions = {}): Step {
  return posted('user', messageId, { evidence: assessed({}), ...options });
}

/** A user message that is abusive; `category` and `score` say how. */
export function harmful(
  messageId: string,
  { category = 'abuse', score = 0.95, ...options }: MessageOptions & { category?: string; score?: number } = {},
): Step {
  return posted('user', messageId, { evidence: assessed({ [category]: score }), ...options });
}

/** A user message that shows a risk, and maybe harm. */
export function risky(
  messageId: string,
  { kind = 'self-harm', score = 0.9, ...options }: MessageOptions & { kind?: string; score?: number } = {},
): Step {
  return posted('user', messageId, { evidence: assessed({}, { [kind]: score }), ...options });
}

/** A user message without any assessment, or with one that did not work. */
export function unassessed(messageId: string, options: MessageOptions = {}): Step {
  return posted('user', messageId, { evidence: null, ...options });
}

/** The assistant's answer, by default one that had seen all decisions before it. */
export function answer(messageId: string, options: MessageOptions = {}): Step {
  return posted('assistant', messageId, { seen: '0:9007199254740991', evidence: null, ...options });
}

/** An answer that was written without any decision known. */
export function unseeingAnswer(messageId: string, options: MessageOptions = {}): Step {
  return posted('assistant', messageId, { evidence: null, ...options });
}

/** An answer in which the model proposes to end. */
export function proposal(messageId: string, options: MessageOptions = {}): Step {
  return answer(messageId, { signal: { proposesEnd: true }, ...options });
}

export function systemMessage(messageId: string, options: MessageOptions = {}): Step {
  return posted('system', messageId, { evidence: null, ...options });
}

export function toolMessage(messageId: string, options: MessageOptions = {}): Step {
  return posted('tool', messageId, { evidence: null, ...options });
}

/** `turns` insults u1 … that are each answered by a1 …, with the advice known. `from`: the number of the first. */
export function climb(turns: number, { from = 1, ...options }: MessageOptions & { from?: number } = {}): Step[] {
  return Array.from({ length: turns }, (_, i) => from + i).flatMap((number) => {
    const { under, ...rest } = options;
    const first = number === from && under !== undefined ? { under } : {};
    return [harmful(`u${number}`, { ...rest, ...first }), answer(`a${number}`, rest)];
  });
}

interface BesideOptions extends Where {
  readonly id?: string;
}

interface RiskOptions extends BesideOptions {
  readonly kind?: string;
  readonly messageId?: string;
}

export function riskReported(options: RiskOptions = {}): Step {
  return (past) => eventOf('RiskReported', placed(past, options), riskData(options));
}

export function riskCleared(options: RiskOptions = {}): Step {
  return (past) => eventOf('RiskCleared', placed(past, options), riskData(options));
}

/** A review of the latest end, unless it says of what. */
export function reviewed(
  outcome: 'upheld' | 'overturned',
  options: BesideOptions & { of?: (past: Past) => string } = {},
): Step {
  return (past) => {
    const decisionId = (options.of ?? (({ ids }) => ids('ConversationEnded').at(-1) ?? 'none'))(past);
    return eventOf('ReviewRecorded', placed(past, options), { decisionId, outcome, by: 'reviewer', hasReason: true });
  };
}

export function feedback(options: BesideOptions = {}): Step {
  return (past) => eventOf('FeedbackGiven', placed(past, options), { rating: 'down', hasComment: true });
}

export function erased(options: BesideOptions = {}): Step {
  return (past) => eventOf('ContentErased', placed(past, options), { by: 'user' });
}

const INCIDENT = { by: 'ops', cause: 'incident' };

export function endingsSuspended(options: BesideOptions = {}): Step {
  return (past) => eventOf('EndingsSuspended', placed(past, { ...options, thread: '' }), INCIDENT);
}

export function endingsResumed(options: BesideOptions = {}): Step {
  return (past) => eventOf('EndingsResumed', placed(past, { ...options, thread: '' }), INCIDENT);
}

export type Document = Readonly<Record<string, unknown>>;

export function activated(document: Document, options: BesideOptions & { share?: number; policy?: string } = {}): Step {
  return (past) => {
    const event = activation(placed(past, { ...options, thread: '' }), document, options.share ?? 1);
    return options.policy === undefined ? event : { ...event, data: { ...event.data, policy: options.policy } };
  };
}

/** The same event once more, as a producer that retries sends it. */
export function again(step: Step): Step {
  return (past) => {
    const first = past.events.find((event) => event.id === step(past).id);
    assert(first !== undefined, 'What is sent again was sent before');
    return { ...first, time: isoTime(timeAfter(past, {})) };
  };
}

function posted(role: Role, messageId: string, options: MessageOptions): Step {
  return (past) => {
    const {
      under,
      inLine,
      evidence,
      tenant: _tenant,
      thread: _thread,
      later: _later,
      earlier: _earlier,
      ...data
    } = options;
    const at = placed(past, options);
    const parentId = under !== undefined ? under : past.latest(at.tenant, at.thread);
    return messagePosted(at, {
      messageId,
      ...(inLine === true ? {} : { parentId }),
      role,
      ...(evidence == null ? {} : { evidence }),
      ...data,
    });
  };
}

function placed(past: Past, options: BesideOptions): Place & { readonly id: string } {
  const { tenant = 'acme', thread = 't1', id = `event-${past.events.length}` } = options;
  return { tenant, thread, id, time: isoTime(timeAfter(past, options)) };
}

function timeAfter({ events }: Past, { later = 'PT1S', earlier }: When): number {
  const before = Date.parse(events.at(-1)?.time ?? '2026-01-01T00:00:00.000Z');
  return earlier === undefined ? before + milliseconds(later) : before - milliseconds(earlier);
}

function milliseconds(duration: string): number {
  const ms = parseDuration(duration);
  assert(ms !== undefined, `${duration} is a duration`);
  return ms;
}

function riskData({ kind, messageId }: RiskOptions): { kind?: string; messageId?: string; by: string } {
  return { ...(kind === undefined ? {} : { kind }), ...(messageId === undefined ? {} : { messageId }), by: 'carer' };
}
