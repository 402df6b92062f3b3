import { keyOf, sha256 } from './events.mjs';
import { categoryNamedIn, policyNamedIn, wipes } from './fold.mjs';
import { Lines } from './view-lines.mjs';
import { isHarmful } from './policies.mjs';

/*
 * VIEW: the rows that the SQL views have to show, by a fold of the verifier's own over both topics. Columns are named as there.
 */

/** @typedef {import('./events.mjs').LogEvent} LogEvent */
/** @typedef {import('./fold.mjs').Scene} Scene */
/** @typedef {import('./history.mjs').Entry} Entry */
/** @typedef {Record<string, any>} Row */
/** @typedef {Map<string, Row>} Table rows by their key */
/** @typedef {Record<'threads' | 'branches' | 'messages' | 'decisions' | 'feedback' | 'reviews' | 'guards', Table>} Tables */

/** A key of the tables may not be longer; the rest of an id is hashed. */
const KEY_LENGTH_MAX = 256;

export class ViewFold {
  /** @type {Tables} */
  tables = {
    ...{ threads: new Map(), branches: new Map(), messages: new Map(), decisions: new Map() },
    ...{ feedback: new Map(), reviews: new Map(), guards: new Map() },
  };
  #lines = new Lines(this.tables);
  /** @type {import('./fold.mjs').Fold | undefined} */
  #fold;

  /** @param {import('./fold.mjs').Fold} fold of the partition whose entries come next */
  startPartition(fold) {
    this.#fold = fold;
  }

  /** @param {Entry} entry @param {Scene | undefined} scene what the fold made of it; undefined: it is no event */
  take(entry, scene) {
    for (const decision of entry.decisions) this.#decide(entry, decision);
    if (scene === undefined || scene.event.subject === '') return;
    this.#guard(scene);
    if (scene.event.name === 'ReviewRecorded') this.#review(scene);
    if (scene.event.name === 'FeedbackGiven') this.#giveFeedback(scene);
    this.#lines.reopen(scene);
    if (scene.isMessage) this.#post(scene);
    this.#countThread(scene);
  }

  /** @param {Entry} entry @param {LogEvent} decision */
  #decide({ position }, { id, source, subject, name, time, data }) {
    const { because, ladder } = data;
    this.tables.decisions.set(keyOf(source, id), {
      ...{ tenant: source, decision_id: id, thread_id: subject, message_id: data.messageId, position },
      ...{ index: data.index, type: name, at: time, verdict: data.verdict },
      ...{ because_kind: because?.kind, category: because?.category, score: because?.score },
      ...{ threshold: because?.threshold, because_message_id: because?.messageId },
      ...{ stage: ladder?.stage, attempts: ladder?.attempts, end_id: data.endId, ended_by: data.by },
      ...{ cause: data.cause, policy: data.policy, data },
      ...{ outcome: undefined, reviewed_at: undefined, overturned_at: undefined },
    });
  }

  /** @param {Scene} scene */
  #review({ event, entry }) {
    const { id, source, subject, time, data } = event;
    const key = keyOf(source, subject, shortened(id));
    if (this.tables.reviews.has(key)) return;
    this.tables.reviews.set(key, {
      ...{ tenant: source, review_id: shortened(id), thread_id: subject, decision_id: data.decisionId },
      ...{ outcome: data.outcome, by: data.by, has_reason: data.hasReason, at: time, position: entry.position },
    });
    const decision = this.tables.decisions.get(keyOf(source, data.decisionId));
    if (decision === undefined || decision['thread_id'] !== subject) return;
    Object.assign(decision, { outcome: data.outcome, reviewed_at: time });
    if (data.outcome === 'overturned') decision['overturned_at'] ??= time;
  }

  /** @param {Scene} scene */
  #giveFeedback({ event, entry }) {
    const { id, source, subject, time, data } = event;
    const key = keyOf(source, subject, shortened(id));
    if (this.tables.feedback.has(key)) return;
    const added = { up: 0, down: 0 };
    for (const earlier of this.#replacedBy(event)) {
      earlier['counts'] = false;
      added[/** @type {'up' | 'down'} */ (earlier['rating'])]--;
    }
    added[/** @type {'up' | 'down'} */ (data.rating)]++;
    this.tables.feedback.set(key, {
      ...{ tenant: source, feedback_id: shortened(id), thread_id: subject },
      ...{ message_id: data.messageId, decision_id: data.decisionId, rating: data.rating, by: data.by },
      ...{ has_comment: data.hasComment, policy: this.#policyBehind(event), at: time, position: entry.position },
      counts: true,
    });
    for (const row of [this.#threadOf(event), this.#lineAbout(event)]) {
      if (row === undefined) continue;
      row['feedback_up'] += added.up;
      row['feedback_down'] += added.down;
    }
  }

  /** Of what one person says of one thing the last counts. @param {LogEvent} event @returns {Row[]} */
  #replacedBy({ source, subject, data }) {
    if (data.by === undefined) return [];
    return [...this.tables.feedback.values()].filter((row) => {
      const isOfThread = row['tenant'] === source && row['thread_id'] === subject && row['counts'];
      const isOnMessage = data.decisionId !== undefined || row['message_id'] === data.messageId;
      const isSame = row['decision_id'] === data.decisionId && isOnMessage;
      return isOfThread && isSame && row['by'] === data.by;
    });
  }

  /** The line of the message that a thumb's decision is about, or that it names. @param {LogEvent} event @returns {Row | undefined} */
  #lineAbout({ source, subject, data }) {
    const decision = this.tables.decisions.get(keyOf(source, data.decisionId));
    const ofDecision = decision?.['thread_id'] === subject ? decision['message_id'] : undefined;
    const message = this.tables.messages.get(keyOf(source, subject, ofDecision ?? data.messageId));
    return this.tables.branches.get(keyOf(source, subject, message?.['branch_id']));
  }

  /** Of the decision, else of the message, else of the thread. @param {LogEvent} event */
  #policyBehind({ source, subject, data }) {
    const decision = this.tables.decisions.get(keyOf(source, data.decisionId));
    if (decision !== undefined && decision['thread_id'] === subject) return decision['policy'];
    const message = this.tables.messages.get(keyOf(source, subject, data.messageId));
    return message?.['policy'] ?? this.tables.threads.get(keyOf(source, subject))?.['policy'];
  }

  /** One row for each time that it was raised; later signs of risk move it on. @param {Scene} scene */
  #guard({ entry, event }) {
    const thread = this.#threadOf(event);
    const up = this.tables.guards.get(thread['guardKey'] ?? '');
    for (const { id, name, time, data } of entry.decisions) {
      if (['GuardRaised', 'GuardExtended', 'SupportAdvised'].includes(name)) {
        thread['guard_until'] = data.until ?? thread['guard_until'];
      }
      if (name === 'GuardCleared') thread['guard_until'] = undefined;
      if (name !== 'GuardRaised') continue;
      thread['guardKey'] = keyOf(event.source, event.subject, entry.position);
      this.tables.guards.set(thread['guardKey'], {
        ...{ tenant: event.source, thread_id: event.subject, raised_at: time, kind: data.kind },
        ...{ reported: event.name === 'RiskReported', message_id: data.messageId, until: data.until },
        ...{ extensions: 0, extended_at: undefined, cleared_at: undefined, cleared_by: undefined },
        ...{ decision_id: id, policy: data.policy, position: entry.position },
      });
      return;
    }
    if (up === undefined) return;
    if (wipes(entry)) {
      const until = entry.decisions.findLast(({ data }) => data.until !== undefined)?.data.until;
      Object.assign(up, { until: until ?? up['until'], extensions: up['extensions'] + 1, extended_at: event.time });
    } else if (entry.decisions.some(({ name }) => name === 'GuardCleared')) {
      const by = event.name === 'RiskCleared' ? event.data.by : undefined;
      Object.assign(up, { cleared_at: event.time, cleared_by: by });
    }
  }

  /** @param {Scene} scene */
  #post(scene) {
    const { event, entry, judged } = scene;
    const { source, subject, data } = event;
    const key = keyOf(source, subject, data.messageId);
    const known = this.tables.messages.get(key);
    if (judged === null) return;
    const said = {
      ...{ stage: judged.standing.stage, attempts: judged.standing.attempts, endId: judged.standing.endId },
      verdict: entry.decisions.findLast((decision) => decision.data.verdict !== undefined)?.data.verdict ?? 'continue',
      policy: policyNamedIn(entry) ?? known?.['policy'] ?? undefined,
      decision_ids: entry.decisions.length > 0 ? entry.decisions.map(({ id }) => id) : known?.['decision_ids'],
    };
    const row = known === undefined ? { ...this.#place(scene), ...said } : Object.assign(known, said);
    this.tables.messages.set(key, row);
    this.#lines.follow(scene, row, known === undefined);
  }

  /** @param {Scene} scene @returns {Row} */
  #place(scene) {
    const { event, entry, above } = scene;
    const { source, subject, data, time } = event;
    const parent = above === null ? undefined : this.tables.messages.get(keyOf(source, subject, above.messageId));
    const policy = /** @type {import('./fold.mjs').Fold} */ (this.#fold).policyOfHarm(scene);
    const thread = this.#threadOf(event);
    const { branch_id, refusedAfter } = this.#lines.place(scene, parent);
    thread['messages']++;
    if (refusedAfter !== undefined) thread['refused']++;
    return {
      ...{ tenant: source, thread_id: subject, message_id: data.messageId, parent_id: parent?.['message_id'] },
      missing_parent_id: parent === undefined ? (data.parentId ?? undefined) : undefined,
      ...{ branch_id, refusedAfter, refused: refusedAfter !== undefined, role: data.role },
      ...{ depth: parent === undefined ? 0 : parent['depth'] + 1, text_length: data.textLength },
      harmful: data.role === 'user' && isHarmful(data.evidence, policy),
      ...{ intent: data.intent, signal: data.signal, evidence: data.evidence, posted_at: time },
      ...{ at: String(data.at).startsWith('0000') ? undefined : data.at, position: entry.position },
    };
  }

  /** @param {Scene} scene */
  #countThread({ event, entry }) {
    const thread = this.#threadOf(event);
    thread['updated_at'] = event.time;
    thread['policy'] = policyNamedIn(entry) ?? thread['policy'];
    thread['category'] = categoryNamedIn(entry) ?? thread['category'];
  }

  /** @param {LogEvent} event @returns {Row} */
  #threadOf({ source, subject, time }) {
    const key = keyOf(source, subject);
    let thread = this.tables.threads.get(key);
    if (thread === undefined) {
      thread = {
        ...{ tenant: source, thread_id: subject, stage: 'clear', messages: 0, refused: 0, branches: 0 },
        ...{ ended_branches: 0, reopened: 0, guard_until: undefined, feedback_up: 0, feedback_down: 0 },
        ...{ policy: undefined, category: undefined, created_at: time, updated_at: time, guardKey: undefined },
      };
      this.tables.threads.set(key, thread);
    }
    return thread;
  }
}

/** @param {string} id */
function shortened(id) {
  return id.length <= KEY_LENGTH_MAX ? id : `sha256:${sha256(id)}`;
}
