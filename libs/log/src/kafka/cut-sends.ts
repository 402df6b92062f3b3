import type { NewRecord } from '../event-log.js';
import { type RecordToSend, SEND_BYTES_MAX } from './partition-sender.js';

const POSITION_BEFORE = Buffer.from('"data":{"position":"');
const QUOTE = 0x22;

/**
 * Decisions in sends of at most 512 kB, cut only between input positions: what one input caused is durable as a whole or not
 * at all. Copies the values. A record that names no position stands for itself.
 */
export function cutDecisions(decisions: readonly NewRecord[]): RecordToSend[][] {
  const groups: RecordToSend[][] = [];
  let position: string | undefined;
  for (const { key, value } of decisions) {
    const record = { key: key === '' ? null : key, value: Buffer.from(value) };
    const own = positionIn(record.value);
    if (own !== undefined && own === position) groups.at(-1)!.push(record);
    else groups.push([record]);
    position = own;
  }
  return cutGroups(groups);
}

/** Records in sends of at most 512 kB, in order. */
export function cutSends(records: readonly RecordToSend[]): RecordToSend[][] {
  return cutGroups(records.map((record) => [record]));
}

function cutGroups(groups: readonly RecordToSend[][]): RecordToSend[][] {
  const sends: RecordToSend[][] = [];
  let bytes = Infinity;
  for (const group of groups) {
    const size = group.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
    if (bytes + size > SEND_BYTES_MAX) {
      sends.push([]);
      bytes = 0;
    }
    sends.at(-1)!.push(...group);
    bytes += size;
  }
  return sends;
}

/** Quotes inside of strings are escaped, so these bytes can only be the beginning of a decision's data. */
function positionIn(value: Buffer): string | undefined {
  const at = value.indexOf(POSITION_BEFORE);
  if (at < 0) return undefined;
  const start = at + POSITION_BEFORE.length;
  return value.toString('latin1', start, value.indexOf(QUOTE, start));
}
