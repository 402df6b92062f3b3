import {
  type Decision,
  type DecisionEvent,
  type DecisionName,
  INBOUND_TYPES,
  type Inbound,
  type InboundEvent,
} from '@offramp/events';
import { BUILT_IN_POLICY } from '../../built-in-policy.js';
import type { PolicyDocument } from '../../policy.js';
import { nameOf } from '../decided.js';
import { isBelowFloor, msOf } from '../history/policies.js';
import { RECENT_IN_TESTS } from '../history/whole.js';

/*
 * A history as an outsider sees it: the inputs, and what was decided about them. Nothing here knows what a ladder is; the
 * path of each message is walked up from scratch.
 */

export interface Decided {
  readonly events: readonly InboundEvent[];
  readonly decisions: readonly (readonly DecisionEvent[])[];
  /** Partition time after each input, ms. */
  readonly times: readonly number[];
}

export interface View extends Decided {
  /** Offset of the message that each judged message was posted under; undefined for what is no judged message. */
  readonly parents: readonly (number | null | undefined)[];
  readonly policies: ReadonlyMap<string, PolicyDocument>;
  /** By offset: whether the input alone shows a risk, by whatever policy is in force and whatever was remembered. */
  readonly isSurelyRisk: readonly boolean[];
}

export type Message = Inbound<'MessagePosted'>;

export function viewOf(decided: Decided): View {
  const policies = new Map([[BUILT_IN_POLICY.id, BUILT_IN_POLICY.document]]);
  for (const { type, data } of decided.events) {
    if (type !== INBOUND_TYPES.PolicyActivated) continue;
    const document = data.document as PolicyDocument;
    if (!isBelowFloor(document)) policies.set(data.policy, document);
  }
  const parents: (number | null | undefined)[] = [];
  const isSurelyRisk = surelyRisks(decided.events, [...policies.values()]);
  const view: View = { ...decided, parents, policies, isSurelyRisk };
  for (let offset = 0; offset < decided.events.length; offset++) parents.push(parentOf(view, offset));
  return view;
}

function parentOf(view: View, offset: number): number | null | undefined {
  const { events, parents } = view;
  const event = events[offset]!;
  if (!isMessage(event) || saidAt(view, offset, 'MessageRepeated').length > 0) return undefined;
  const { messageId, parentId } = event.data;
  const recent = events.slice(Math.max(0, offset - RECENT_IN_TESTS), offset);
  if (parentId === undefined && recent.some((other) => isMessage(other) && other.id === event.id)) return undefined;
  const isJudged = (at: number) => parents[at] !== undefined && inSameThread(events[at]!, event);
  const lastPosted = (id?: string): number | undefined => {
    const at = parents.findLastIndex(
      (_, at) => isJudged(at) && (id ?? messageAt(view, at).messageId) === messageAt(view, at).messageId,
    );
    return at === -1 ? undefined : at;
  };
  // The end of a line outlives its messages' ids: one that is posted once more stands under that end.
  const own = lastPosted(messageId);
  if (own !== undefined && endAbove(view, own, offset) !== undefined) return own;
  if (parentId === null) return null;
  return lastPosted(parentId) ?? null;
}

/** The nearest end on the path to the message at `at`, itself included, that nothing opened before `before`. */
export function endAbove(view: View, at: number, before: number): number | undefined {
  return pathTo(view, at).find((above) => {
    return saidAt(view, above, 'ConversationEnded').length > 0 && !isOpened(view, above, before);
  });
}

function isOpened(view: View, end: number, before: number): boolean {
  if (lastRiskBefore(view, before) > end) return true;
  const { messageId } = messageAt(view, end);
  return view.decisions.some((_, at) => {
    if (at <= end || at >= before || !inSameThread(view.events[at]!, view.events[end]!)) return false;
    return saidAt(view, at, 'ConversationReopened').some(({ data }) => data.endIds.includes(messageId));
  });
}

/** The messages above this one, nearest first, itself included. */
function pathTo({ parents }: View, offset: number): number[] {
  const path: number[] = [];
  for (let at: number | null | undefined = offset; at != null; at = parents[at]) path.push(at);
  return path;
}

/** As `pathTo`, down from the last risk of the thread, reset of the line, or end that was opened again. */
export function pathSinceClear(view: View, offset: number): number[] {
  const lastRisk = lastRiskBefore(view, offset);
  const path: number[] = [];
  for (const at of pathTo(view, offset)) {
    if (at <= lastRisk) break;
    if (at !== offset && saidAt(view, at, 'LadderReset', 'ConversationEnded').length > 0) break;
    path.unshift(at);
  }
  return path;
}

function lastRiskBefore(view: View, offset: number): number {
  for (let at = offset - 1; at >= 0; at--) {
    if (inSameThread(view.events[at]!, view.events[offset]!) && isRisk(view, at)) return at;
  }
  return -1;
}

/** Whether a risk was heard here, or should have been. */
export function isRisk(view: View, at: number): boolean {
  if (saidAt(view, at, 'GuardRaised', 'GuardExtended').length > 0 || view.isSurelyRisk[at]!) return true;
  return saidAt(view, at, 'SupportAdvised').some(({ data }) => data.because?.kind === 'risk');
}

/**
 * A report under an id that was never there before, or a user message, posted for the first time, with a score at the threshold
 * of every document there is.
 */
function surelyRisks(events: readonly InboundEvent[], documents: readonly PolicyDocument[]): boolean[] {
  const ids = new Set<string>();
  return events.map((event) => {
    const isFirst = !ids.has(event.id);
    ids.add(event.id);
    if (!isFirst || !isMessage(event)) return isFirst && event.type === INBOUND_TYPES.RiskReported;
    const scores = Object.entries(event.data.evidence?.risk ?? {});
    return (
      event.data.role === 'user' &&
      scores.some(([kind, score]) => {
        return documents.every(({ risk }) => score >= (risk[kind as keyof typeof risk] ?? Infinity));
      })
    );
  });
}

/** The shortest guard that any document raises, ms. */
export function shortestGuardMs({ policies }: View): number {
  return Math.min(...[...policies.values()].map(({ guard }) => msOf(guard.expiresAfter)));
}

export function saidAt<Name extends DecisionName>(
  { decisions }: Decided,
  at: number,
  ...names: readonly Name[]
): Decision<Name>[] {
  const said = decisions[at]!;
  if (said.length === 0) return [];
  return said.filter((decision) => (names as readonly string[]).includes(nameOf(decision))) as Decision<Name>[];
}

export function isMessage(event: InboundEvent): event is Message {
  return event.type === INBOUND_TYPES.MessagePosted;
}

export function messageAt({ events }: Decided, at: number): Message['data'] {
  return (events[at] as Message).data;
}

export function inSameThread(a: InboundEvent, b: InboundEvent): boolean {
  return a.source === b.source && a.subject === b.subject;
}
