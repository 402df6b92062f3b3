import { keyOf } from './events.mjs';
import { categoryNamedIn, wipes } from './fold.mjs';

/** @typedef {import('./fold.mjs').Scene} Scene */
/** @typedef {import('./view-fold.mjs').Row} Row */

const WORST_FIRST = ['ended', 'warned', 'redirecting'];

/** The lines of conversation of `branches`, and what `threads` counts of them. */
export class Lines {
  /** @type {Map<string, Row[]>} lines by thread */
  #ofThread = new Map();
  /** @type {Map<string, Row>} the message that a line ended at, by thread and id */
  #ends = new Map();

  /** @param {import('./view-fold.mjs').Tables} tables */
  constructor(tables) {
    this.tables = tables;
  }

  /** Risk opens every line of a thread, a review those under one end. @param {Scene} scene */
  reopen({ entry, event }) {
    for (const { id, name, time, data } of entry.decisions) {
      if (name !== 'ConversationEnded') continue;
      this.#ends.set(keyOf(event.source, event.subject, data.endId), { time, by: data.by, id });
    }
    const all = wipes(entry);
    const endIds = entry.decisions.flatMap(({ name, data }) => {
      return name === 'ConversationReopened' && data.cause === 'review' ? data.endIds : [];
    });
    const thread = this.tables.threads.get(keyOf(event.source, event.subject));
    for (const line of this.#linesOf(event)) {
      if (line['stage'] === 'clear' || !(all || endIds.includes(line['endId']))) continue;
      if (line['stage'] === 'ended') {
        line['reopened_at'] = event.time;
        if (thread !== undefined) thread['reopened']++;
      }
      Object.assign(line, { stage: 'clear', attempts: 0, endId: null, updated_at: event.time });
    }
    this.#count(event);
  }

  /**
   * On the line of the nearest accepted message above it where that is its head, else on one of its own. A refused message
   * stays beside the line that refused it.
   * @param {Scene} scene
   * @param {Row | undefined} parent
   * @returns {{ branch_id: string, refusedAfter: string | undefined }}
   */
  place({ event, entry, judged }, parent) {
    const { messageId } = event.data;
    if (parent === undefined) return { branch_id: messageId, refusedAfter: undefined };
    const accepted = parent['refusedAfter'] ?? parent['message_id'];
    const isRefused = entry.decisions.some(({ name }) => name === 'MessageRefused');
    if (isRefused || (parent['refusedAfter'] !== undefined && judged?.standing.stage === 'ended')) {
      return { branch_id: parent['branch_id'], refusedAfter: accepted };
    }
    const line = this.tables.branches.get(keyOf(event.source, event.subject, parent['branch_id']));
    const isNext = line !== undefined && line['head_id'] === accepted;
    return { branch_id: isNext ? parent['branch_id'] : messageId, refusedAfter: undefined };
  }

  /** @param {Scene} scene @param {Row} message @param {boolean} isNew */
  follow({ event, entry }, message, isNew) {
    if (message['refusedAfter'] !== undefined) return;
    const key = keyOf(event.source, event.subject, message['branch_id']);
    let line = this.tables.branches.get(key);
    if (line === undefined) {
      line = this.#begin(event, message);
      this.tables.branches.set(key, line);
    } else if (!isNew && line['head_id'] !== message['message_id']) return;
    const end = this.#ends.get(keyOf(event.source, event.subject, message['endId']));
    if (message['endId'] !== null && end !== undefined) {
      Object.assign(line, {
        ended_at: end['time'],
        ended_by: end['by'],
        decision_id: end['id'],
        reopened_at: undefined,
      });
    }
    Object.assign(line, {
      ...{ head_id: message['message_id'], messages: message['depth'] + 1, stage: message['stage'] },
      ...{ attempts: message['attempts'], endId: message['endId'], updated_at: event.time },
      policy: message['policy'] ?? line['policy'],
      category: categoryNamedIn(entry) ?? line['category'],
    });
    this.#count(event);
  }

  /** @param {import('./events.mjs').LogEvent} event @param {Row} message @returns {Row} */
  #begin({ source, subject }, message) {
    const line = {
      ...{ tenant: source, thread_id: subject, branch_id: message['branch_id'], forked_from: message['parent_id'] },
      ...{ ended_at: undefined, ended_by: undefined, decision_id: undefined, reopened_at: undefined },
      ...{ policy: undefined, category: undefined, feedback_up: 0, feedback_down: 0 },
      ...{ created_at: message['posted_at'], position: message['position'] },
    };
    const key = keyOf(source, subject);
    const lines = this.#ofThread.get(key) ?? [];
    lines.push(line);
    this.#ofThread.set(key, lines);
    return line;
  }

  /** @param {import('./events.mjs').LogEvent} event */
  #count(event) {
    const thread = this.tables.threads.get(keyOf(event.source, event.subject));
    if (thread === undefined) return;
    const lines = this.#linesOf(event);
    const stages = lines.map((line) => line['stage']);
    thread['branches'] = lines.length;
    thread['ended_branches'] = stages.filter((stage) => stage === 'ended').length;
    thread['stage'] = WORST_FIRST.find((stage) => stages.includes(stage)) ?? 'clear';
  }

  /** @param {import('./events.mjs').LogEvent} event */
  #linesOf({ source, subject }) {
    return this.#ofThread.get(keyOf(source, subject)) ?? [];
  }
}
