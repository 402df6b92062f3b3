import { Policies, isRisky } from './policies.mjs';

/*
 * The verifier's own fold: where each line stands, by the messages' tree and by what was decided. It never decides anything;
 * it says what was known when something was decided, which the checks compare with the promises.
 */

/** @typedef {import('./events.mjs').LogEvent} LogEvent */
/** @typedef {import('./history.mjs').Entry} Entry */
/** @typedef {import('./policies.mjs').Policy} Policy */

/**
 * Where a line stands. `endOffset`: the position of the end that it stands under.
 * @typedef {{ stage: string, attempts: number, endId: string | null, endOffset: number }} Standing
 */

/**
 * A message as it was judged once. A message that was posted again and judged as new has a second one of these.
 * @typedef {object} Judged
 * @property {string} messageId
 * @property {Entry} entry
 * @property {LogEvent} event
 * @property {Judged | null} parent
 * @property {Standing} standing after it
 * @property {boolean} startsLine whether it inherited nothing
 * @property {Awaited | null} awaited after it
 * @property {number} untilMs when an open line is forgotten, in partition time
 * @property {number} policyOffset of the activation that an open line runs under
 */

/** @typedef {{ isRedirect: boolean, since: number, messageId: string }} Awaited */

/**
 * @typedef {object} Thread
 * @property {string} tenant
 * @property {string} threadId
 * @property {Map<string, Judged>} judged the latest judgement of each message
 * @property {Map<string, number>} postedAt the offset at which each id was posted last
 * @property {string | null} latestId
 * @property {number} wipedAt the latest sign of risk
 * @property {number} guardMs until when the guard is up
 * @property {Map<string, number>} reopenedAt by end
 */

/**
 * An entry with what is known of its thread.
 * @typedef {object} Scene
 * @property {Entry} entry
 * @property {LogEvent} event
 * @property {number} nowMs partition time
 * @property {Thread} thread with what this entry did to its guard
 * @property {Policies} policies
 * @property {boolean} isMessage
 * @property {boolean} isRepeat a message whose id is known: nothing moves
 * @property {boolean} isFirst the id of the event was not there before
 * @property {boolean} isSurelyRisk whatever policy holds
 * @property {Judged | null} above what a message was posted under
 * @property {Standing} inherited from there, as it reads now
 * @property {Judged | null} judged the message itself, when it has been folded
 */

/** @type {Standing} */
const CLEAR = { stage: 'clear', attempts: 0, endId: null, endOffset: -1 };
/** How far back the decider knows an id without a parent by its position (DESIGN §5). */
const RECENT_POSITIONS = 65_536;

export class Fold {
  policies = new Policies();
  /** @type {Map<string, Thread>} */
  threads = new Map();
  nowMs = 0;
  /** @type {Set<string>} */
  #seenIds = new Set();

  /** @param {{ recentPositions?: number }} [options] */
  constructor({ recentPositions = RECENT_POSITIONS } = {}) {
    this.recentPositions = recentPositions;
  }

  /**
   * Takes the next entry. undefined: it is no event.
   * @param {Entry} entry
   * @returns {Scene | undefined}
   */
  take(entry) {
    const { event } = entry;
    if (event === null) return undefined;
    this.nowMs = Math.max(this.nowMs, event.ms);
    const scene = this.#sceneOf(entry, event);
    this.#seenIds.add(idOf(event));
    if (event.name === 'PolicyActivated') this.#activate(entry, event);
    if (scene.isMessage) this.#post(scene);
    moveThread(scene);
    return scene;
  }

  /** @param {Entry} entry @param {LogEvent} event @returns {Scene} */
  #sceneOf(entry, event) {
    const thread = this.#threadOf(event);
    const isMessage = event.name === 'MessagePosted';
    const isRepeat = isMessage && this.#isRepeat(entry, event, thread);
    const above = isMessage ? this.#above(event, thread) : null;
    const isFirst = !this.#seenIds.has(idOf(event));
    const inherited = above === null ? CLEAR : this.#reads(above, thread);
    const isSurelyRisk = !isRepeat && this.#isSurelyRisk(event, isFirst);
    const known = { nowMs: this.nowMs, policies: this.policies, thread };
    return { entry, event, ...known, isMessage, isRepeat, isFirst, isSurelyRisk, above, inherited, judged: null };
  }

  /** @param {LogEvent} event @returns {Thread} */
  #threadOf({ source, subject }) {
    const key = JSON.stringify([source, subject]);
    let thread = this.threads.get(key);
    if (thread === undefined) {
      const maps = { judged: new Map(), postedAt: new Map(), reopenedAt: new Map() };
      thread = { tenant: source, threadId: subject, ...maps, latestId: null, wipedAt: -1, guardMs: 0 };
      this.threads.set(key, thread);
    }
    return thread;
  }

  /** The decider says so, or is silent where only the position tells. @param {Entry} entry @param {LogEvent} event @param {Thread} thread */
  #isRepeat({ decisions, offset }, { data }, thread) {
    if (decisions.some(({ name }) => name === 'MessageRepeated')) return true;
    const posted = thread.postedAt.get(data.messageId);
    return data.parentId === undefined && posted !== undefined && posted >= offset - this.recentPositions;
  }

  /** An end outlives the memory of ids: what is posted once more stands under its own end. @param {LogEvent} event @param {Thread} thread */
  #above({ data }, thread) {
    const own = thread.judged.get(data.messageId);
    if (own !== undefined && this.#reads(own, thread).stage === 'ended') return own;
    const parentId = data.parentId === undefined ? thread.latestId : data.parentId;
    return parentId === null || parentId === data.messageId ? null : (thread.judged.get(parentId) ?? null);
  }

  /** How the value at a message reads now: wiped by risk, reopened by a review, forgotten. @param {Judged} judged @param {Thread} thread */
  #reads({ standing, entry, untilMs }, thread) {
    if (standing.stage === 'clear' || entry.offset < thread.wipedAt) return CLEAR;
    if (standing.stage !== 'ended') return this.nowMs >= untilMs ? CLEAR : standing;
    const reopenedAt = thread.reopenedAt.get(standing.endId ?? '') ?? -1;
    return reopenedAt > standing.endOffset ? CLEAR : standing;
  }

  /** @param {LogEvent} event @param {boolean} isFirst */
  #isSurelyRisk({ name, source, data }, isFirst) {
    if (name === 'RiskReported') return isFirst;
    if (name !== 'MessagePosted' || data.role !== 'user') return false;
    return this.policies.possible(source).every((policy) => isRisky(data.evidence, policy));
  }

  /** @param {Entry} entry @param {LogEvent} event */
  #activate({ offset, decisions }, { source, data }) {
    if (!decisions.some(({ name }) => name === 'PolicyApplied')) return;
    this.policies.activate(source, { id: data.policy, document: data.document, offset, share: data.share });
  }

  /** @param {Scene} scene */
  #post(scene) {
    const { entry, event, thread, isRepeat } = scene;
    const { messageId } = event.data;
    thread.postedAt.set(messageId, entry.offset);
    if (isRepeat) return;
    scene.judged = this.#judge(scene);
    thread.judged.set(messageId, scene.judged);
    thread.latestId = messageId;
  }

  /** @param {Scene} scene @returns {Judged} */
  #judge({ entry, event, thread, above, inherited }) {
    const from = wipes(entry) ? CLEAR : inherited;
    const standing = entry.decisions.reduce((before, decision) => after(decision, before, entry.offset), from);
    const isOpen = (/** @type {Standing} */ { stage }) => stage === 'redirecting' || stage === 'warned';
    const under =
      isOpen(from) && above !== null
        ? this.policies.ofLine(thread, above.policyOffset)
        : this.policies.newest(thread.tenant, thread.threadId);
    return {
      ...{ messageId: event.data.messageId, entry, event, parent: above, standing },
      startsLine: from.stage === 'clear',
      awaited: awaitedAfter(entry, event, from.stage === 'clear' ? null : (above?.awaited ?? null)),
      untilMs: isOpen(standing) ? this.nowMs + under.forgetMs : Infinity,
      policyOffset: under.offset,
    };
  }

  /** The policy by which a message counted as harmful or not: the one that its decisions name, else that of its line. @param {Scene} scene */
  policyOfHarm({ entry, thread, above, inherited }) {
    const named = policyNamedIn(entry);
    const known = named === null ? undefined : this.policies.byId(thread.tenant, named);
    if (known !== undefined) return known;
    const isOpen = !wipes(entry) && (inherited.stage === 'redirecting' || inherited.stage === 'warned');
    if (isOpen && above !== null) return this.policies.ofLine(thread, above.policyOffset);
    return this.policies.newest(thread.tenant, thread.threadId);
  }
}

/** What an entry does to its thread as a whole. @param {Scene} scene */
function moveThread({ entry, event, thread, policies, nowMs, isSurelyRisk }) {
  const { offset, decisions } = entry;
  for (const { name, data } of decisions) {
    if (data.until !== undefined) thread.guardMs = Math.max(thread.guardMs, Date.parse(data.until));
    if (name === 'GuardCleared' && event.name === 'RiskCleared') thread.guardMs = 0;
    if (name === 'ConversationReopened') for (const endId of data.endIds) thread.reopenedAt.set(endId, offset);
  }
  if (isSurelyRisk) {
    const leastMs = Math.min(...policies.possible(thread.tenant).map(({ guardMs }) => guardMs));
    thread.guardMs = Math.max(thread.guardMs, nowMs + leastMs);
  }
  if (wipes(entry)) thread.wipedAt = offset;
}

/** @param {LogEvent} event */
function idOf({ source, subject, name, id }) {
  return JSON.stringify([source, subject, name, id]);
}

/** Every ladder value of the thread from before a sign of risk reads as clear. @param {Entry} entry */
export function wipes({ decisions }) {
  return decisions.some(({ name, data }) => {
    return (
      name === 'GuardRaised' || name === 'GuardExtended' || (name === 'SupportAdvised' && data.because?.kind === 'risk')
    );
  });
}

/** @param {Entry} entry @returns {string | null} */
export function policyNamedIn({ decisions }) {
  return decisions.findLast(({ data }) => data.policy !== undefined)?.data.policy ?? null;
}

/** Of the harm or the risk that was spoken of last. @param {Entry} entry @returns {string | null} */
export function categoryNamedIn({ decisions }) {
  return decisions.findLast(({ data }) => data.because !== undefined)?.data.because.category ?? null;
}

/** @param {LogEvent} decision @param {Standing} before @param {number} offset @returns {Standing} */
function after({ name, data }, before, offset) {
  if (name === 'ConversationEnded') return { ...before, stage: 'ended', endId: data.endId, endOffset: offset };
  if (data.ladder === undefined) return before;
  return { ...CLEAR, stage: data.ladder.stage, attempts: data.ladder.attempts };
}

/** What the next answer on this line has to carry out. @param {Entry} entry @param {LogEvent} event @param {Awaited | null} before @returns {Awaited | null} */
function awaitedAfter({ offset, decisions }, { data }, before) {
  if (decisions.some(({ name }) => name === 'RedirectAttempted' || name === 'WarningIssued')) return null;
  const advice = decisions.find(({ name }) => name === 'RedirectAdvised' || name === 'WarningAdvised');
  if (advice !== undefined && advice.data.again !== true) {
    const isRedirect = advice.name === 'RedirectAdvised';
    return { isRedirect, since: offset, messageId: advice.data.because.messageId };
  }
  if (decisions.some(({ name }) => name === 'LadderReset' || name === 'ConversationEnded')) return null;
  return data.role === 'assistant' ? null : before;
}

/** The messages of a line from where it was last clear, the first one first. @param {Judged} judged @returns {Judged[]} */
export function lineOf(judged) {
  /** @type {Judged[]} */
  const line = [];
  for (let each = /** @type {Judged | null} */ (judged); each !== null; each = each.parent) {
    line.unshift(each);
    if (each.startsLine) break;
  }
  return line;
}
