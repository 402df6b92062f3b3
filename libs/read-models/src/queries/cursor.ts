import { sha256Hex } from '@offramp/events';
import { type Filters, isStorable, timeOf } from './filters.js';
import type { QueryRefusal } from './refusal.js';

/** Changes when the keys of a list change their meaning; cursors of before are then refused rather than misread. */
const VERSION = 2;

export type KeyType = 'text' | 'timestamptz' | 'integer' | 'bigint';

/** What a cursor belongs to: with another list, tenant, order or filter it would silently skip rows. */
export interface CursorScope {
  readonly list: string;
  readonly tenant: string;
  readonly filters: Filters;
  /** The order, by its name. */
  readonly sort?: string;
}

/** The key of the last row of a page, in a form that says nothing to the outside. */
export function encodeCursor(scope: CursorScope, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([VERSION, bindingOf(scope), ...key]), 'utf8').toString('base64url');
}

export function decodeCursor(
  scope: CursorScope,
  types: readonly KeyType[],
  cursor: string,
): readonly string[] | QueryRefusal {
  const parts = partsOf(cursor);
  if (parts === undefined || parts[0] !== VERSION) return badCursor('It is not a cursor of this version');
  const [, binding, ...key] = parts;
  if (binding !== bindingOf(scope))
    return badCursor('It belongs to another list, or to other filters or another order');
  const isKey = key.length === types.length && key.every((part, at) => isOfType(types[at]!, part));
  return isKey ? (key as string[]) : badCursor('It is not whole');
}

function partsOf(cursor: string): unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}

function isOfType(type: KeyType, part: unknown): boolean {
  if (typeof part !== 'string' || !isStorable(part)) return false;
  if (type === 'timestamptz') return timeOf(part) !== undefined;
  return type === 'text' || /^\d{1,9}$/.test(part) || (type === 'bigint' && /^\d{1,16}$/.test(part));
}

function bindingOf({ list, tenant, filters, sort = '' }: CursorScope): string {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return sha256Hex(JSON.stringify([list, tenant, sort, given.sort()])).slice(0, 16);
}

function badCursor(detail: string): QueryRefusal {
  return { refused: 'bad-cursor', parameter: 'cursor', detail };
}
