import { type Because, INBOUND_TYPES, type DecisionName } from '@offramp/events';
import { nameOf } from '../decided.js';
import { lastResortViolations } from './last-resort.js';
import { deliveryViolations } from './delivery.js';
import {
  type Decided,
  type Message,
  type View,
  endAbove,
  inSameThread,
  isMessage,
  isRisk,
  saidAt,
  shortestGuardMs,
  viewOf,
} from './view.js';

/*
 * LAST-RESORT, GUARD, FINAL and FAIL-SAFE as an outsider can check them, each in the words of DESIGN §6. Where the oracle asks
 * whether each decision is the right one, this asks only whether one of them breaks a promise, so the two cannot share a
 * misunderstanding of the rules.
 */

/** One sentence for each thing that must not be. */
export function violations(decided: Decided): string[] {
  const view = viewOf(decided);
  return decided.events.flatMap((event, offset) => {
    const found = [...guardViolations(view, offset), ...lastResortViolations(view, offset)];
    if (isMessage(event)) {
      found.push(...deliveryViolations(view, offset));
      found.push(...finalViolations(view, offset, event), ...failSafeViolations(view, offset, event));
    }
    return found.map((sentence) => `${offset}: ${sentence}`);
  });
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
  const { decisions, times } = view;
  const isHeard =
    !view.isSurelyRisk[offset] || saidAt(view, offset, 'GuardRaised', 'GuardExtended', 'SupportAdvised').length > 0;
  const found = must(isHeard, 'GUARD: a risk raises the guard');
  const said = decisions[offset]!.map(nameOf).filter((name) => NEVER_UNDER_GUARD.includes(name));
  if (said.length === 0 || guardUntil(view, offset) <= times[offset]!) return found;
  return [...found, ...said.map((name) => `GUARD: ${name} while the guard is up`)];
}

/** When the guard of the thread falls, ms: as was said, and at least as long as a risk asks for by any policy. */
function guardUntil(view: View, offset: number): number {
  const { events, times } = view;
  const leastMs = shortestGuardMs(view);
  let until = 0;
  for (let at = 0; at <= offset; at++) {
    if (!inSameThread(events[at]!, events[offset]!)) continue;
    const raised = saidAt(view, at, 'GuardRaised', 'GuardExtended', 'SupportAdvised').map(({ data }) => data.until!);
    for (const time of raised) until = Math.max(until, Date.parse(time));
    if (view.isSurelyRisk[at]) until = Math.max(until, times[at]! + leastMs);
    if (events[at]!.type === INBOUND_TYPES.RiskCleared && saidAt(view, at, 'GuardCleared').length > 0) until = 0;
  }
  return until;
}

function finalViolations(view: View, offset: number, event: Message): string[] {
  const parent = view.parents[offset];
  if (parent === undefined) return [];
  const names = view.decisions[offset]!.map(nameOf);
  const end = parent === null ? undefined : endAbove(view, parent, offset);
  if (end === undefined) return must(!names.includes('MessageRefused'), 'FINAL: only an ended line refuses');
  if (event.data.role !== 'user') return must(names.length === 0, 'FINAL: nothing is decided under an end');
  const isRefused = names.length === 1 && names[0] === 'MessageRefused';
  return must(isRefused || isRisk(view, offset), 'FINAL: an ended line takes no user message');
}

const SILENT_OR_KNOWN: readonly DecisionName[] = ['MessageRefused', 'MessageRepeated'];

/** What is not known moves nothing: neither unassessed messages, nor system and tool messages. */
function failSafeViolations({ decisions }: View, offset: number, { data }: Message): string[] {
  const { role, evidence, intent } = data;
  const isComplete = evidence?.status === 'assessed' && evidence.risk !== undefined;
  const saysSomething = isComplete || intent !== undefined || evidence?.intent !== undefined;
  const isAtRisk = Object.values(evidence?.risk ?? {}).some((score) => score > 0);
  const speaksFor = (cause: Because) => cause.messageId !== data.messageId || isComplete || cause.kind === 'risk';
  const blamed = decisions[offset]!.filter((decision) => {
    return 'because' in decision.data && decision.data.because && !speaksFor(decision.data.because);
  });
  const counted = blamed.map((decision) => `FAIL-SAFE: ${nameOf(decision)} because of what was not assessed`);
  if (role === 'assistant' || (role === 'user' && (saysSomething || isAtRisk))) return counted;
  const names = decisions[offset]!.map(nameOf).filter((name) => !SILENT_OR_KNOWN.includes(name));
  return [...counted, ...names.map((name) => `FAIL-SAFE: ${name} out of nothing`)];
}

function must(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence];
}
