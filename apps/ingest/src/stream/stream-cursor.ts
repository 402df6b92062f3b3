import { DECISION_TYPES, type DecisionEvent, parsePosition } from '@offramp/events';

/** How far the decisions of one partition were read. */
export interface PartitionPlace {
  /** The offset of the next record of decisions.v1. */
  readonly next: number;
  /** The input offset and the index of the last decision that was read; what is not past it is said again, and is dropped. */
  readonly input: number;
  readonly index: number;
}

export const NOTHING_READ: Omit<PartitionPlace, 'next'> = { input: -1, index: -1 };

/** Progress is the end of its input position. It has no index, and stands after all that have one. */
const AFTER_ALL = 0x7fffffff;

/** Where a reader is after a record, and whether the record is news to it. `event` is undefined where it is not understood. */
export function placeAfter(
  place: PartitionPlace,
  offset: number,
  event: DecisionEvent | undefined,
): { readonly place: PartitionPlace; readonly isNew: boolean } {
  if (event === undefined) return { place: { ...place, next: offset + 1 }, isNew: false };
  const input = parsePosition(event.data.position).offset;
  const index = event.type === DECISION_TYPES.Progress ? AFTER_ALL : event.data.index;
  const isNew = input > place.input || (input === place.input && index > place.index);
  return { place: isNew ? { next: offset + 1, input, index } : { ...place, next: offset + 1 }, isNew };
}

/** Changes when a cursor changes its meaning; older ones are then refused rather than misread. */
const VERSION = 1;

/** A place in every partition, in a form that says nothing to the outside. */
export function encodeStreamCursor(places: readonly PartitionPlace[]): string {
  const parts = places.map(({ next, input, index }) =>
    [next, input - next, index].map((n) => n.toString(36)).join('~'),
  );
  return Buffer.from([VERSION, ...parts].join('!'), 'latin1').toString('base64url');
}

/** Undefined: it is no cursor of a stream over so many partitions. */
export function decodeStreamCursor(cursor: string, partitions: number): readonly PartitionPlace[] | undefined {
  const [version, ...parts] = Buffer.from(cursor, 'base64url').toString('latin1').split('!');
  if (version !== String(VERSION) || parts.length !== partitions) return undefined;
  const places = parts.map(placeIn);
  const isWhole = places.every((place) => place !== undefined) && encodeStreamCursor(places) === cursor;
  return isWhole ? places : undefined;
}

function placeIn(part: string): PartitionPlace | undefined {
  const numbers = part.split('~').map((digits) => (/^-?[0-9a-z]{1,11}$/.test(digits) ? parseInt(digits, 36) : NaN));
  const [next, before, index] = numbers;
  if (numbers.length !== 3 || !numbers.every(Number.isSafeInteger) || next! < 0) return undefined;
  return { next: next!, input: next! + before!, index: index! };
}
