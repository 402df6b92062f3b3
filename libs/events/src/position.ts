import { z } from 'zod';

/** Where a record stands on a topic: `"partition:offset"`. */
export type Position = `${number}:${number}`;

/** An offset that no log reaches: `seen` of an imported history, where each answer had seen everything before it. */
export const OFFSET_OF_HISTORY = Number.MAX_SAFE_INTEGER;

const POSITION_PATTERN = /^(0|[1-9]\d{0,5}):(0|[1-9]\d{0,15})$/;

export const positionSchema = z
  .string()
  .regex(POSITION_PATTERN, 'A position is "partition:offset"')
  .refine(
    (text) => Number(text.slice(text.indexOf(':') + 1)) <= OFFSET_OF_HISTORY,
    'The offset is larger than 2^53 - 1',
  ) as unknown as z.ZodType<Position, Position>;

export function position(partition: number, offset: number): Position {
  return `${partition}:${offset}`;
}

/** The parts of a position that is known to be one; use `positionSchema` on anything from outside. */
export function parsePosition(text: string): { partition: number; offset: number } {
  const colon = text.indexOf(':');
  return { partition: Number(text.slice(0, colon)), offset: Number(text.slice(colon + 1)) };
}
