import type { RebuildProgress } from './rebuild-desk.js';

type Compared = NonNullable<RebuildProgress['tables']>[number];

const NUMBER = new Intl.NumberFormat('en-US');

/** Where a rebuild is, in one line. */
export function progressOf({ state, needed, events = 0, left = 0, rate, etaMs, running }: RebuildProgress): string {
  const toDo = needed === undefined ? '' : ` ${needed}`;
  switch (state) {
    case 'none':
      return `No rebuild is under way.${toDo}`;
    case 'filling':
    case 'paused': {
      const done = `${NUMBER.format(events)} of ${NUMBER.format(events + left)} events`;
      const speed = rate == null ? '' : `, ${NUMBER.format(rate)}/s`;
      const eta = etaMs == null || left === 0 ? '' : `, ${duration(etaMs)} left`;
      if (running && state === 'filling') return `${done}${speed}${left === 0 ? ', comparing' : eta}`;
      const at = state === 'paused' ? 'Paused at' : 'Nobody works on it here:';
      return `${at} ${done}${speed}${eta}.${toDo}`;
    }
    case 'compared':
      return `The rebuilt tables are compared and not live: --swap, or --cancel.${toDo}`;
    case 'swapped':
      return `The rebuilt tables are live; the old ones stand beside: --rollback, or --cancel.${toDo}`;
  }
}

/** What a change would do, for whoever has to agree; undefined where it does not fit to where the rebuild is. */
export function consequenceOf(
  what: 'pause' | 'cancel' | 'swap' | 'rollback',
  { state, equal, tables = [], events = 0 }: RebuildProgress,
): string | undefined {
  switch (what) {
    case 'pause':
      return state === 'filling' ? 'Whoever works on the rebuild ends after the present step.' : undefined;
    case 'swap': {
      if (state !== 'compared') return undefined;
      const names = tables.filter((table) => !table.equal).map(({ table }) => table);
      const differ = equal === true ? 'they are equal' : `they differ in ${names.join(', ')}`;
      return `The rebuilt tables become the live ones (${differ}). The present ones stay beside, for --rollback.`;
    }
    case 'rollback':
      if (state !== 'swapped') return undefined;
      return 'The tables from before the swap are brought up to date and become the live ones again.';
    case 'cancel':
      if (state === 'none') return undefined;
      if (state === 'swapped') return 'The tables from before the swap are dropped, and with them the way back.';
      return `The rebuilt tables are dropped, with what was folded of ${NUMBER.format(events)} events.`;
  }
}

/** 1 h 5 min, 5 min 3 s, 3 s. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A line for each table with both checksums, and one for each row that is known to differ. */
export function comparisonOf({ tables = [] }: RebuildProgress): readonly string[] {
  return tables.flatMap((table) => [tableLine(table), ...table.differing.map(rowLine)]);
}

function tableLine({ table, live, rebuilt, equal }: Compared): string {
  const side = ({ rows, checksum }: Compared['live']) => `${NUMBER.format(rows).padStart(12)} rows ${checksum}`;
  return `${table.padEnd(10)}  live ${side(live)}  rebuilt ${side(rebuilt)}  ${equal ? 'equal' : 'DIFFERS'}`;
}

function rowLine({ key, in: place }: Compared['differing'][number]): string {
  const words = { both: 'other values', live: 'only live', rebuilt: 'only rebuilt' }[place];
  const parts = Object.entries(key).map(([column, value]) => `${column}=${value}`);
  return `    ${words}: ${parts.join(' ')}`;
}
