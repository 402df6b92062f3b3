import {
  type Because,
  type Decision,
  type DecisionEvent,
  type DecisionName,
  INBOUND_TYPES,
  type Inbound,
  type InboundEvent,
  parsePosition,
} from '@offramp/events';
import { BUILT_IN_POLICY } from '../built-in-policy.js';
import type { PolicyDocument } from '../policy.js';
import { nameOf } from './decided.js';
import { RECENT_IN_TESTS } from './history/whole.js';

/*
 * LAST-RESORT, GUARD, FINAL and FAIL-SAFE as an outsider can check them: from the inputs, and from what was decided about
 * them. Nothing here knows what a ladder is; each message is judged by walking up its path from scratch.
 */

export interface Decided {
  readonly events: readonly InboundEvent[];
  readonly decisions: readonly (readonly DecisionEvent[])[];
  readonly times: readonly number[];
}

/** One sentence for each thing that must not be. */
export function violations(decided: Decided): string[] {
  const view = viewOf(decided);
  return decided.events.flatMap((event, offset) => {
    const found = [...guardViolations(view, offset), ...lastResortViolations(view, offset)];
    if (isMessage(event))
      found.push(...finalViolations(view, offset, event), ...failSafeViolations(view, offset, event));
    return found.map((sentence) => `${offset}: ${sentence}`);
  });
}

interface View extends Decided {
  /** Offset of the message that each judged message was posted under; undefined for what is no judged message. */
  readonly parents: readonly (number | null | undefined)[];
  readonly policies: ReadonlyMap<string, PolicyDocument>;
}

function viewOf(decided: Decided): View {
  const policies = new Map([[BUILT_IN_POLICY.id, BUILT_IN_POLICY.document]]);
  for (const { type, data } of decided.events) {
    if (type === INBOUND_TYPES.PolicyActivated) policies.set(data.policy, data.document as PolicyDocument);
  }
  const parents: (number | null | undefined)[] = [];
  const view: View = { ...decided, parents, policies };
  for (let offset = 0; offset < decided.events.length; offset++) parents.push(parentOf(view, offset));
  return view;
}

function parentOf(view: View, offset: number): number | null | undefined {
  const { events, decisions, parents } = view;
  const event = events[offset]!;
  if (!isMessage(event) || decisions[offset]!.some(isRepeat)) return undefined;
  const { messageId, parentId } = event.data;
  if (parentId === undefined && events.slice(Math.max(0, offset - RECENT_IN_TESTS), offset).some(isSame(event))) {
    return undefined;
  }
  const judged = parents.flatMap((parent, at) =>
    parent !== undefined && inSameThread(events[at]!, event) ? [at] : [],
  );
  const posted = (id: string) =>
    judged.findLast((at) => (events[at] as Inbound<'MessagePosted'>).data.messageId === id);
  // The end of a line outlives its messages' ids: one that is posted once more stands under that end.
  const own = posted(messageId);
  if (own !== undefined && endAbove(view, own, offset) !== undefined) return own;
  if (parentId === null) return null;
  return (parentId === undefined ? judged.at(-1) : posted(parentId)) ?? null;
}

function isRepeat(decision: DecisionEvent): boolean {
  return nameOf(decision) === 'MessageRepeated';
}

function isSame(event: InboundEvent): (other: InboundEvent) => boolean {
  return ({ id, type }) => id === event.id && type === event.type;
}

/** The nearest end on the path to this message, itself included, that nothing opened before `before`. */
function endAbove(view: View, at: number, before: number): number | undefined {
  return pathTo(view, at).find((above) => {
    return saidAt(view, above, 'ConversationEnded').length > 0 && !isOpened(view, above, before);
  });
}

/** The messages above this one, nearest first, itself included. */
function pathTo({ parents }: View, offset: number): number[] {
  const path: number[] = [];
  for (let at: number | null | undefined = offset; at != null; at = parents[at]) path.push(at);
  return path;
}

/** As `pathTo`, down from the last risk of the thread, reset of the line, or end that was opened again. */
function pathSinceClear(view: View, offset: number): number[] {
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
  return view.events.findLastIndex(
    (event, at) => at < offset && inSameThread(event, view.events[offset]!) && isRisk(view, at),
  );
}

function isRisk(view: View, at: number): boolean {
  if (saidAt(view, at, 'GuardRaised', 'GuardExtended').length > 0) return true;
  return saidAt(view, at, 'SupportAdvised').some(({ data }) => data.because?.kind === 'risk');
}

const NEVER_UNDER_GUARD: readonly DecisionName[] = [
  'RedirectAdvised',
  'RedirectAttempted',
  'WarningAdvised',
  'WarningIssued',
  'EndPermitted',
  'EndConfirmationAsked',
  'ConversationEnded',
  'MessageRefused',
];

function guardViolations(view: View, offset: number): string[] {
  const { events, decisions, times } = view;
  let until = 0;
  for (let at = 0; at <= offset; at++) {
    if (!inSameThread(events[at]!, events[offset]!)) continue;
    const raised = saidAt(view, at, 'GuardRaised', 'GuardExtended', 'SupportAdvised').map(({ data }) => data.until!);
    for (const time of raised) until = Math.max(until, Date.parse(time));
    if (saidAt(view, at, 'GuardCleared').length > 0) until = 0;
  }
  if (until <= times[offset]!) return [];
  return decisions[offset]!.map(nameOf)
    .filter((name) => NEVER_UNDER_GUARD.includes(name))
    .map((name) => `GUARD: ${name} while the guard is up`);
}

/** Every end by policy or model: the redirects that its policy asks for, then a delivered warning, then harm. */
function lastResortViolations(view: View, offset: number): string[] {
  return saidAt(view, offset, 'ConversationEnded').flatMap(({ data: { by, because, path, policy } }) => {
    if (by === 'user') return [];
    const line = pathSinceClear(view, offset);
    const redirects = line.flatMap((at) => saidAt(view, at, 'RedirectAttempted').map(({ id }) => ({ at, id })));
    const warnings = line.flatMap((at) => saidAt(view, at, 'WarningIssued').map(({ id }) => ({ at, id })));
    const warned = warnings.find(({ id }) => id === path.warning);
    const { category = '' } = because ?? {};
    const document = view.policies.get(policy)!;
    const counted = redirects.slice(-path.redirects.length);
    const harm = warned === undefined ? [] : line.filter((at) => at > warned.at && isHarmful(view, at, document));
    const last = harm.at(-1);
    return [
      ...must(
        counted.map(({ id }) => id).join() === path.redirects.join(),
        'its redirects were delivered on this line',
      ),
      ...must(counted.length >= redirectsIn(document, category), `as many redirects as ${policy} asks for ${category}`),
      ...must(warned !== undefined, 'its warning was delivered on this line, since it was clear'),
      ...must(
        counted.filter(({ at }) => at < (warned?.at ?? 0)).length >= 2,
        'two redirects were tried before the warning',
      ),
      ...must(harm.length >= persistIn(document, category), `as much harm after the warning as ${policy} asks for`),
      ...must(
        last !== undefined && speaksOf(view, last, because),
        'the last harm of the line is what it ends because of',
      ),
      ...must(
        line.every((at) => isDeliverySeen(view, line, at, document)),
        'who delivered had read the advice',
      ),
    ].map((sentence) => `LAST-RESORT: ${sentence}`);
  });
}

function redirectsIn(document: PolicyDocument, category: string): number {
  return document.perCategory[category]?.redirects ?? document.redirects;
}

function persistIn(document: PolicyDocument, category: string): number {
  return document.perCategory[category]?.persistAfterWarning ?? document.persistAfterWarning;
}

function isHarmful({ events }: View, at: number, { harm }: PolicyDocument): boolean {
  const event = events[at]!;
  if (!isMessage(event) || event.data.role !== 'user') return false;
  const { evidence } = event.data;
  if (evidence?.status !== 'assessed' || evidence.risk === undefined) return false;
  return Object.entries(evidence.harm).some(([category, score]) => score >= (harm[category] ?? Infinity));
}

function speaksOf({ events }: View, at: number, because: Because | undefined): boolean {
  const event = events[at]!;
  if (!isMessage(event) || because === undefined) return false;
  return event.data.messageId === because.messageId && event.data.evidence?.harm[because.category] === because.score;
}

/** FAIL-SAFE: with `reply`, an answer delivers what was advised at a position that it had seen, on its own path. */
function isDeliverySeen(view: View, line: readonly number[], at: number, { delivery }: PolicyDocument): boolean {
  const event = view.events[at]!;
  const delivered = saidAt(view, at, 'RedirectAttempted', 'WarningIssued');
  if (!isMessage(event) || event.data.role === 'user' || delivered.length === 0 || delivery !== 'reply') return true;
  const advised = line.filter((other) => {
    return (
      other < at && saidAt(view, other, 'RedirectAdvised', 'WarningAdvised').some(({ data }) => data.again !== true)
    );
  });
  const { seen } = event.data;
  return seen !== undefined && advised.length > 0 && parsePosition(seen).offset >= advised.at(-1)!;
}

function finalViolations(view: View, offset: number, event: Inbound<'MessagePosted'>): string[] {
  const parent = view.parents[offset];
  if (parent === undefined || event.data.role !== 'user') return [];
  const end = parent === null ? undefined : endAbove(view, parent, offset);
  const isRefused = saidAt(view, offset, 'MessageRefused').length > 0;
  if (end === undefined) return must(!isRefused, 'FINAL: only an ended line refuses');
  return must(isRefused || isRisk(view, offset), 'FINAL: an ended line takes no user message');
}

function isOpened(view: View, end: number, before: number): boolean {
  if (lastRiskBefore(view, before) > end) return true;
  const { messageId } = (view.events[end] as Inbound<'MessagePosted'>).data;
  return view.decisions.some((decisions, at) => {
    if (at <= end || at >= before || !inSameThread(view.events[at]!, view.events[end]!)) return false;
    return decisions.some((decision) => {
      return decision.type === 'offramp.conversation.reopened.v1' && decision.data.endIds.includes(messageId);
    });
  });
}

const SILENT_OR_KNOWN: readonly DecisionName[] = ['MessageRefused', 'MessageRepeated'];

/** What is not known moves nothing: neither unassessed messages, nor system and tool messages. */
function failSafeViolations({ decisions }: View, offset: number, { data }: Inbound<'MessagePosted'>): string[] {
  const { role, evidence, intent } = data;
  const isComplete = evidence?.status === 'assessed' && evidence.risk !== undefined;
  const saysSomething = isComplete || intent !== undefined || evidence?.intent !== undefined;
  const isAtRisk = Object.values(evidence?.risk ?? {}).some((score) => score > 0);
  if (role === 'assistant' || (role === 'user' && (saysSomething || isAtRisk))) return [];
  const names = decisions[offset]!.map(nameOf).filter((name) => !SILENT_OR_KNOWN.includes(name));
  return names.map((name) => `FAIL-SAFE: ${name} out of nothing`);
}

function must(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence];
}

function saidAt<Name extends DecisionName>(
  { decisions }: Decided,
  at: number,
  ...names: readonly Name[]
): Decision<Name>[] {
  return decisions[at]!.filter((decision) =>
    (names as readonly string[]).includes(nameOf(decision)),
  ) as Decision<Name>[];
}

function isMessage(event: InboundEvent): event is Inbound<'MessagePosted'> {
  return event.type === INBOUND_TYPES.MessagePosted;
}

function inSameThread(a: InboundEvent, b: InboundEvent): boolean {
  return a.source === b.source && a.subject === b.subject;
}
