import { derivedId, encodePart, parseEvent, parsePosition } from './events.mjs';
import { partitionOf } from './policies.mjs';

/*
 * One partition as a reader has to take it: each input with what was decided about it. What is said again is dropped, and has
 * to be the same bytes: ORDER, NO-DUP, and of NO-LOSS what the two topics alone can tell.
 */

/** @typedef {import('./events.mjs').LogEvent} LogEvent */
/** @typedef {import('./events.mjs').LogRecord} LogRecord */
/** @typedef {{ check: string, position: string, message: string }} Violation */

/**
 * @typedef {object} Entry
 * @property {number} offset
 * @property {string} position
 * @property {LogEvent | null} event null: bytes that are no event, quarantined
 * @property {LogEvent[]} decisions
 */

/**
 * @typedef {object} PartitionRecords
 * @property {number} partition
 * @property {readonly LogRecord[]} inbound
 * @property {readonly LogRecord[]} decisions
 */

/** @typedef {{ partition: number, entries: readonly Entry[], repeats: number, violations: Violation[] }} History */

/**
 * @param {PartitionRecords} records
 * @param {number} partitions of the topic
 * @returns {History}
 */
export function readHistory({ partition, inbound, decisions }, partitions) {
  /** @type {Violation[]} */
  const violations = [];
  const entries = inbound.map(({ offset, value }) => {
    return { offset, position: `${partition}:${offset}`, event: parseEvent(value), decisions: [] };
  });
  violations.push(...inputViolations(entries, inbound, partitions));
  const reading = new DecisionsReading(partition, entries);
  for (const record of decisions) reading.take(record);
  violations.push(...reading.violations, ...undecided(entries, reading.progress));
  for (const entry of entries) if (isQuarantined(entry)) entry.event = null;
  return { partition, entries, repeats: reading.repeats, violations };
}

/**
 * @param {readonly Entry[]} entries
 * @param {readonly LogRecord[]} records
 * @param {number} partitions
 * @returns {Violation[]}
 */
function inputViolations(entries, records, partitions) {
  return entries.flatMap(({ offset, position, event }, index) => {
    const found = [];
    if (offset !== index) found.push(violation('NO-LOSS', position, `the record at offset ${index} is not there`));
    if (event === null || event.subject === '') return found;
    const key = `${encodePart(event.source)}/${encodePart(event.subject)}`;
    if (records[index]?.key !== key || partitionOf(key, partitions) !== Number(position.split(':')[0])) {
      found.push(violation('ORDER', position, `${key} stands under another key, or on another thread's partition`));
    }
    return found;
  });
}

/** @param {readonly Entry[]} entries @param {number} progress @returns {Violation[]} */
function undecided(entries, progress) {
  const last = entries.at(-1);
  if (last === undefined || progress >= last.offset) return [];
  const first = entries.find(({ offset }) => offset > progress);
  return [violation('NO-LOSS', first?.position ?? last.position, 'no outcome: Progress has not come this far')];
}

/** The decider says what it could not read. A policy that it refused was an event all the same. @param {Entry} entry */
function isQuarantined({ event, decisions }) {
  return event?.name !== 'PolicyActivated' && decisions.some(({ name }) => name === 'RecordQuarantined');
}

class DecisionsReading {
  /** @type {Violation[]} */
  violations = [];
  repeats = 0;
  /** The greatest input offset that Progress has covered. */
  progress = -1;
  #last = { offset: -1, index: -1 };
  /** @type {Map<string, string>} bytes by (offset, index) */
  #said = new Map();
  /** @type {Set<string>} */
  #ids = new Set();

  /** @param {number} partition @param {readonly Entry[]} entries */
  constructor(partition, entries) {
    this.partition = partition;
    this.entries = entries;
  }

  /** @param {LogRecord} record */
  take({ offset: at, value }) {
    const decision = parseEvent(value);
    if (decision === null) return this.#found('ORDER', `?`, `decisions offset ${at} is no event`);
    const { position } = decision.data;
    const { partition, offset } = parsePosition(position);
    const entry = this.entries[offset];
    if (partition !== this.partition || entry === undefined) {
      return this.#found('ORDER', String(position), `${decision.name} speaks of an input that is not there`);
    }
    if (decision.name === 'Progress') this.progress = Math.max(this.progress, offset);
    else this.#takeDecision(decision, entry, value);
  }

  /** @param {LogEvent} decision @param {Entry} entry @param {string} value */
  #takeDecision(decision, entry, value) {
    const { offset, position } = entry;
    const { index } = decision.data;
    const what = `${decision.name} (index ${index})`;
    const last = this.#last;
    if (offset < last.offset || (offset === last.offset && index <= last.index)) {
      this.repeats++;
      const before = this.#said.get(`${offset}/${index}`);
      if (before === undefined) this.#found('ORDER', position, `${what} was said behind later ones, and never before`);
      else if (before !== value) this.#found('NO-DUP', position, `${what} was said again in other words`);
      return;
    }
    const expected = offset === last.offset ? last.index + 1 : 0;
    if (index !== expected) this.#found('NO-LOSS', position, `${what} was said, and index ${expected} was not`);
    if (offset <= this.progress) this.#found('ORDER', position, `${what} was said after Progress had closed its input`);
    this.#checkCause(decision, entry);
    this.#last = { offset, index };
    this.#said.set(`${offset}/${index}`, value);
    entry.decisions.push(decision);
  }

  /** @param {LogEvent} decision @param {Entry} entry */
  #checkCause(decision, { position, event }) {
    const { id, name, source, subject, time, data } = decision;
    if (this.#ids.has(id)) this.#found('NO-DUP', position, `${name} has the id ${id} of an earlier decision`);
    this.#ids.add(id);
    const isOfPartition = name === 'RecordQuarantined';
    if (id !== derivedId(decision, isOfPartition ? null : event)) {
      this.#found('NO-DUP', position, `${name} has the id ${id}, which its cause does not give`);
    }
    if (isOfPartition || event === null) return;
    const isAbout = source === event.source && subject === event.subject && time === event.time;
    if (!isAbout || (event.name === 'MessagePosted' && data.messageId !== event.data.messageId)) {
      this.#found('ORDER', position, `${name} is not about the input that it names`);
    }
  }

  /** @param {string} check @param {string} position @param {string} message */
  #found(check, position, message) {
    this.violations.push(violation(check, position, message));
  }
}

/** @param {string} check @param {string} position @param {string} message @returns {Violation} */
export function violation(check, position, message) {
  return { check, position, message };
}
