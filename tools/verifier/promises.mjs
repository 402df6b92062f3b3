import { lineOf } from './fold.mjs';
import { violation } from './history.mjs';
import { REDIRECTS_FLOOR, isHarmful, isRisky, persistFor, redirectsFor } from './policies.mjs';

/*
 * LAST-RESORT, GUARD, FINAL, and of NO-LOSS that whatever must draw a decision has drawn one (DESIGN §6). Each is asked of
 * every entry, with what the fold knew when it came. None of them decides anew: they only say which promise is broken.
 */

/** @typedef {import('./events.mjs').LogEvent} LogEvent */
/** @typedef {import('./fold.mjs').Judged} Judged */
/** @typedef {import('./fold.mjs').Scene} Scene */
/** @typedef {import('./history.mjs').Violation} Violation */

const NEVER_UNDER_GUARD = new Set([
  ...['RedirectAdvised', 'RedirectAttempted', 'WarningAdvised', 'WarningIssued'],
  ...['EndPermitted', 'EndConfirmationAsked', 'ConversationEnded', 'MessageRefused'],
]);
const RISK_IS_HEARD = new Set(['GuardRaised', 'GuardExtended', 'SupportAdvised']);

/** @param {Scene} scene @returns {Violation[]} */
export function guardViolations({ entry, thread, nowMs, isSurelyRisk }) {
  const isHeard = !isSurelyRisk || entry.decisions.some(({ name }) => RISK_IS_HEARD.has(name));
  const found = must(isHeard, 'GUARD', entry.position, 'a sign of risk, and the guard was not raised');
  if (thread.guardMs <= nowMs) return found;
  const said = entry.decisions.filter(({ name }) => NEVER_UNDER_GUARD.has(name));
  return [...found, ...said.map(({ name }) => violation('GUARD', entry.position, `${name} while the guard is up`))];
}

/** @param {Scene} scene @returns {Violation[]} */
export function finalViolations({ entry, event, thread, policies, above, inherited, isMessage, isRepeat }) {
  const { decisions, position } = entry;
  const isRefused = decisions.some(({ name }) => name === 'MessageRefused');
  if (!isMessage || isRepeat) return [];
  if (above === null || inherited.stage !== 'ended') {
    return must(!isRefused, 'FINAL', position, 'a message was refused on a line that is not ended');
  }
  if (event.data.role !== 'user') {
    return must(decisions.length === 0, 'FINAL', position, 'something was decided under an end');
  }
  const { evidence } = event.data;
  const isRisk = policies.possible(thread.tenant).some((policy) => isRisky(evidence, policy));
  if (isRefused && decisions.length === 1) {
    const [{ data } = /** @type {any} */ ({})] = decisions;
    return must(data.endId === inherited.endId, 'FINAL', position, 'it was refused for the end of another line');
  }
  return must(isRisk, 'FINAL', position, `a user message under the end ${inherited.endId} was not refused`);
}

/** What would be silence, and may not be: a decision is missing. @param {Scene} scene @returns {Violation[]} */
export function outcomeViolations({ entry, event, thread, policies, above, inherited, isMessage, isRepeat, nowMs }) {
  if (!isMessage || isRepeat || entry.decisions.length > 0 || inherited.stage === 'ended') return [];
  const { role, evidence, seen } = event.data;
  const possible = policies.possible(thread.tenant);
  const isHarm = role === 'user' && possible.every((policy) => isHarmful(evidence, policy));
  const found = must(!isHarm, 'NO-LOSS', entry.position, 'a harmful message has no outcome');
  if (role !== 'assistant' || inherited.stage === 'clear' || thread.guardMs > nowMs) return found;
  const awaited = above?.awaited ?? null;
  if (awaited === null || possible.some(({ document }) => document.delivery !== 'reply')) return found;
  const isDelivered = isSeen(seen, awaited.since, entry.position);
  return [
    ...found,
    ...must(!isDelivered, 'NO-LOSS', entry.position, 'an answer that carried advice out has no outcome'),
  ];
}

/** @param {Scene} scene @returns {Violation[]} */
export function lastResortViolations(scene) {
  const { judged } = scene;
  if (judged === null) return scene.entry.decisions.flatMap((decision) => endWithoutMessage(scene, decision));
  return scene.entry.decisions.flatMap((decision) => {
    switch (decision.name) {
      case 'RedirectAttempted':
      case 'WarningIssued':
        return deliveryViolations(scene, judged, decision);
      case 'WarningAdvised':
        return decision.data.again === true ? [] : warningViolations(scene, judged, decision);
      case 'ConversationEnded':
        return decision.data.by === 'user' ? [] : endViolations(scene, judged, decision);
      default:
        return [];
    }
  });
}

/** @param {Scene} scene @param {LogEvent} decision */
function endWithoutMessage({ entry }, { name }) {
  return must(name !== 'ConversationEnded', 'LAST-RESORT', entry.position, 'a line was ended by no message');
}

/** Only what was carried out counts, by an answer that knew the advice: a backlog never climbs. @param {Scene} scene @param {Judged} judged @param {LogEvent} delivery */
function deliveryViolations({ entry, policies, thread }, judged, { name, data }) {
  const { position, decisions } = entry;
  const { role, seen, signal } = judged.event.data;
  const document = policies.byId(thread.tenant, data.policy)?.document;
  const isRedirect = name === 'RedirectAttempted';
  const isAssumed = document?.delivery === 'assumed';
  const awaited = judged.startsLine ? null : (judged.parent?.awaited ?? null);
  if (isAssumed && decisions.some((other) => other.name === (isRedirect ? 'RedirectAdvised' : 'WarningAdvised')))
    return [];
  if (awaited === null) return must(false, 'LAST-RESORT', position, `${name} where nothing was advised`);
  const isRight = awaited.isRedirect === isRedirect && awaited.messageId === data.because?.messageId;
  const isTold = document?.delivery === 'reported' && (isRedirect ? signal?.redirected : signal?.warned) === true;
  const isCarriedOut = isAssumed || (role === 'assistant' && (isTold || isSeen(seen, awaited.since, position)));
  return [
    ...must(isRight, 'LAST-RESORT', position, `${name} is not what was advised`),
    ...must(isCarriedOut, 'LAST-RESORT', position, `${name} by an answer that did not know the advice`),
  ];
}

/** @param {unknown} seen @param {number} since @param {string} position */
function isSeen(seen, since, position) {
  const [partition, offset] = String(seen ?? '').split(':');
  return partition === position.split(':')[0] && Number(offset) >= since;
}

/** @param {Scene} scene @param {Judged} judged @param {LogEvent} warning */
function warningViolations({ entry, policies, thread }, judged, { data }) {
  const document = policies.byId(thread.tenant, data.policy)?.document;
  const tried = saidOn(lineOf(judged), 'RedirectAttempted').length;
  const asked = document === undefined ? REDIRECTS_FLOOR : redirectsFor(document, data.because?.category);
  return must(
    tried >= asked,
    'LAST-RESORT',
    entry.position,
    `a warning after ${tried} delivered redirects of ${asked}`,
  );
}

/** @param {Scene} scene @param {Judged} judged @param {LogEvent} end */
function endViolations({ entry, policies, thread }, judged, { data }) {
  const { by, because, path, policy } = data;
  const document = policies.byId(thread.tenant, policy)?.document;
  /** @param {boolean} holds @param {string} message */
  const check = (holds, message) => must(holds, 'LAST-RESORT', entry.position, `ended by ${by}: ${message}`);
  if (document === undefined) return check(false, `nobody knows the policy ${policy}`);
  const line = lineOf(judged);
  const redirects = saidOn(line, 'RedirectAttempted');
  const warnedAt = saidOn(line, 'WarningIssued').find(({ id }) => id === path.warning)?.offset ?? Infinity;
  const before = redirects.filter(({ offset }) => offset < warnedAt);
  const harm = line.filter((each) => each.entry.offset > warnedAt && isHarmOf(each, document));
  const asked = redirectsFor(document, because?.category);
  const persist = persistFor(document, because?.category);
  return [
    ...check(redirects.length >= asked, `after ${redirects.length} delivered redirects of ${asked}`),
    ...check(warnedAt !== Infinity, 'without a delivered warning on its line'),
    ...check(warnedAt === Infinity || before.length >= REDIRECTS_FLOOR, 'the warning came before the redirects'),
    ...check(harm.length >= persist, `after ${harm.length} harmful messages of ${persist} behind the warning`),
    ...check(harm.at(-1)?.messageId === because?.messageId, 'not because of the last harm'),
    ...check(isTailOf(path.redirects, redirects), 'names redirects that its line has not'),
  ];
}

/** @param {readonly string[]} named @param {readonly { id: string }[]} redirects */
function isTailOf(named, redirects) {
  const tail = redirects.slice(redirects.length - named.length).map(({ id }) => id);
  return named.length <= redirects.length && named.every((id, index) => id === tail[index]);
}

/** @param {Judged} judged @param {any} document */
function isHarmOf({ event }, document) {
  return event.data.role === 'user' && isHarmful(event.data.evidence, /** @type {any} */ ({ document }));
}

/** @param {readonly Judged[]} line @param {string} name */
function saidOn(line, name) {
  return line.flatMap(({ entry }) => {
    const said = entry.decisions.filter((decision) => decision.name === name);
    return said.map(({ id }) => ({ id, offset: entry.offset }));
  });
}

/** @param {boolean} holds @param {string} check @param {string} position @param {string} message @returns {Violation[]} */
function must(holds, check, position, message) {
  return holds ? [] : [violation(check, position, message)];
}
