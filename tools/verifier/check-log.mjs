import { Fold } from './fold.mjs';
import { readHistory, violation } from './history.mjs';
import { finalViolations, guardViolations, lastResortViolations, outcomeViolations } from './promises.mjs';
import { ViewFold } from './view-fold.mjs';

/** @typedef {import('./history.mjs').PartitionRecords} PartitionRecords */
/** @typedef {import('./history.mjs').Violation} Violation */

/** What a sender was told: this message stands at this position. @typedef {{ position: string, id: string }} Acknowledged */

/**
 * @typedef {object} Checked
 * @property {Violation[]} violations
 * @property {import('./view-fold.mjs').Tables} tables what the read models have to say
 * @property {{ partitions: number, inputs: number, messages: number, decisions: number, repeats: number, ends: number }} counts
 */

/**
 * Checks all that the two topics say. All of it is in memory: it is made for histories of tests, and of days.
 * @param {readonly PartitionRecords[]} partitions by number
 * @param {{ acknowledged?: readonly Acknowledged[], recentPositions?: number }} [options]
 * @returns {Checked}
 */
export function checkLog(partitions, { acknowledged = [], recentPositions } = {}) {
  const violations = [];
  const views = new ViewFold();
  const counts = { partitions: partitions.length, inputs: 0, messages: 0, decisions: 0, repeats: 0, ends: 0 };
  /** @type {Map<string, string>} event id by position */
  const ids = new Map();
  for (const records of partitions) {
    const history = readHistory(records, partitions.length);
    violations.push(...history.violations);
    counts.repeats += history.repeats;
    const fold = new Fold({ recentPositions });
    views.startPartition(fold);
    for (const entry of history.entries) {
      counts.inputs++;
      counts.decisions += entry.decisions.length;
      counts.ends += entry.decisions.filter(({ name }) => name === 'ConversationEnded').length;
      const scene = fold.take(entry);
      views.take(entry, scene);
      if (scene === undefined) continue;
      if (scene.isMessage) counts.messages++;
      ids.set(entry.position, scene.event.id);
      violations.push(...guardViolations(scene), ...finalViolations(scene));
      violations.push(...outcomeViolations(scene), ...lastResortViolations(scene));
    }
  }
  violations.push(...lost(acknowledged, ids));
  return { violations, tables: views.tables, counts };
}

/** @param {readonly Acknowledged[]} acknowledged @param {ReadonlyMap<string, string>} ids @returns {Violation[]} */
function lost(acknowledged, ids) {
  return acknowledged
    .filter(({ position, id }) => ids.get(position) !== id)
    .map(({ position, id }) => violation('NO-LOSS', position, `${id} was acknowledged and is not there`));
}
