import { type AnyRow, type Change, type KeyPart, type Table, keyOfRow } from './table.js';

/** A row in memory. */
export interface Slot {
  row: AnyRow;
  /** When it was asked for last, counted in times that rows were forgotten. */
  usedIn: number;
  state: 'stored' | 'added' | 'replaced';
}

/** What all tables of a set share. */
export interface Usage {
  generation: number;
  /** Slots that were used in it. */
  used: number;
}

/** Slots by the last parts of their keys, in maps by the parts before. */
type Level = Map<KeyPart, Level | Slot>;

const NONE: readonly never[] = [];

/** The rows of one table that are in memory. */
export class TableRows {
  /** Of the present entry. */
  readonly changes: Change<Table>[] = [];
  private readonly root: Level = new Map();
  /** Parts of a key. */
  private readonly depth: number;
  private recent: Recent = NOWHERE;
  /** Those that are not `stored`. */
  private changed: Slot[] = [];

  constructor(
    private readonly usage: Usage,
    private readonly table: Table,
  ) {
    this.depth = table.key.length;
  }

  find(first: KeyPart, second?: KeyPart, third?: KeyPart, fourth?: KeyPart): Slot | undefined {
    const { depth } = this;
    const last = depth === 3 ? third : depth === 2 ? second : depth === 1 ? first : fourth;
    const slot = this.leafOf(first, second, third)?.get(last!) as Slot | undefined;
    if (slot !== undefined) this.use(slot);
    return slot;
  }

  groupOf(first: KeyPart, second?: KeyPart): readonly AnyRow[] {
    let group = this.root.get(first) as Level | undefined;
    if (second !== undefined) group = group?.get(second) as Level | undefined;
    if (group === undefined) return NONE;
    return slotsIn(group).map((slot) => {
      this.use(slot);
      return slot.row;
    });
  }

  loaded(row: AnyRow): void {
    if (this.slotOf(row) === undefined) this.store(row, 'stored');
  }

  put(row: AnyRow): void {
    const slot = this.slotOf(row);
    this.changes.push({ before: slot === undefined ? null : slot.row, after: row } as Change<Table>);
    if (slot === undefined) {
      this.changed.push(this.store(row, 'added'));
      return;
    }
    slot.row = row;
    if (slot.state !== 'stored') return;
    slot.state = 'replaced';
    this.changed.push(slot);
  }

  /** The changed ones, in the order of their keys. */
  inOrder(): readonly Slot[] {
    const keyed = this.changed.map((slot) => ({ key: keyOfRow(this.table, slot.row), slot }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ slot }) => slot);
  }

  written(): void {
    for (const slot of this.changed) slot.state = 'stored';
    this.changed = [];
  }

  forgetUnused(): void {
    forgetIn(this.root, this.usage.generation);
    this.recent = NOWHERE;
  }

  private slotOf(row: AnyRow): Slot | undefined {
    const [first, second, third, fourth] = this.table.key;
    return this.find(part(row, first)!, part(row, second), part(row, third), part(row, fourth));
  }

  private store(row: AnyRow, state: 'stored' | 'added'): Slot {
    const slot: Slot = { row, usedIn: this.usage.generation, state };
    const parts = this.table.key.map((name) => row[name] as KeyPart);
    const last = parts.pop()!;
    let level = this.root;
    for (const name of parts) {
      let next = level.get(name) as Level | undefined;
      if (next === undefined) level.set(name, (next = new Map()));
      level = next;
    }
    level.set(last, slot);
    this.usage.used++;
    return slot;
  }

  private leafOf(first: KeyPart, second: KeyPart | undefined, third: KeyPart | undefined): Level | undefined {
    const { depth, recent } = this;
    if (recent.first === first && (depth < 3 || recent.second === second) && (depth < 4 || recent.third === third)) {
      return recent.leaf;
    }
    let leaf: Level | undefined = this.root;
    if (depth > 1) leaf = leaf.get(first) as Level | undefined;
    if (depth > 2) leaf = leaf?.get(second!) as Level | undefined;
    if (depth > 3) leaf = leaf?.get(third!) as Level | undefined;
    if (leaf !== undefined) this.recent = { first, second, third, leaf };
    return leaf;
  }

  private use(slot: Slot): void {
    if (slot.usedIn === this.usage.generation) return;
    slot.usedIn = this.usage.generation;
    this.usage.used++;
  }
}

/**
 * The leaf that was looked at last. Nearly all that an entry asks for is of one thread; a key as one text would have to be put
 * together and hashed at each look, which cost a fifth of everything.
 */
interface Recent {
  readonly first: KeyPart | undefined;
  readonly second: KeyPart | undefined;
  readonly third: KeyPart | undefined;
  readonly leaf: Level | undefined;
}

const NOWHERE: Recent = { first: undefined, second: undefined, third: undefined, leaf: undefined };

function part(row: AnyRow, name: string | undefined): KeyPart | undefined {
  return name === undefined ? undefined : (row[name] as KeyPart);
}

function slotsIn(level: Level, found: Slot[] = []): Slot[] {
  for (const under of level.values()) {
    if (under instanceof Map) slotsIn(under, found);
    else found.push(under);
  }
  return found;
}

/** Those that were not used in this generation, and maps that nothing is left in. */
function forgetIn(level: Level, generation: number): void {
  for (const [name, under] of level) {
    if (under instanceof Map) forgetIn(under, generation);
    if (under instanceof Map ? under.size === 0 : under.usedIn !== generation) level.delete(name);
  }
}
