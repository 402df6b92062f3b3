/** Positions of several partitions, as `Offramp-Position` has them and `after` takes them: `0:41,1:17`. */

/** -1: nothing of the partition was read yet, and so is always reached. */
const POSITION = /^(0|[1-9]\d{0,5}):(-1|0|[1-9]\d{0,14})$/;

export function formatPositions(offsets: ReadonlyMap<number, number>, partitions: number): string {
  return Array.from({ length: partitions }, (_, partition) => `${partition}:${offsets.get(partition) ?? -1}`).join(',');
}

/** The greatest offset for each partition, or what is wrong. */
export function parsePositions(text: string, partitions: number): ReadonlyMap<number, number> | string {
  const offsets = new Map<number, number>();
  for (const part of text.split(',')) {
    if (!POSITION.test(part)) return 'It is a position, "partition:offset", or several with commas';
    const [partition, offset] = part.split(':').map(Number) as [number, number];
    if (partition >= partitions) return `There is no such partition; there are ${partitions}, counted from 0`;
    offsets.set(partition, Math.max(offset, offsets.get(partition) ?? -1));
  }
  return offsets;
}
