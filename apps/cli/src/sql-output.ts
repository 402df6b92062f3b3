import { type SqlAnswer, csvCells } from '@offramp/read-models';

/** Longer cells are cut in a table; CSV and JSON have them whole. */
const CELL_MAX = 80;

/** Rows by the names of their columns; a name that comes again is numbered, so that no value is lost. */
export function rowObjects({ columns, rows }: SqlAnswer): Record<string, unknown>[] {
  const names: string[] = [];
  for (const column of columns) names.push(names.includes(column) ? `${column}_${names.length + 1}` : column);
  return rows.map((row) => Object.fromEntries(row.map((value, at) => [names[at]!, value])));
}

/** Columns one under the other; numbers to the right. */
export function* tableOf({ columns, rows }: SqlAnswer): Generator<string> {
  const cells = rows.map((row) => row.map(cellOf));
  const widths = columns.map((column, at) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[at]!)), widthOf(column)),
  );
  const isRight = columns.map((_, at) => rows.some((row) => typeof row[at] === 'number'));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => padded(text, widths[at]!, isRight[at]!))
      .join('  ')
      .trimEnd();
  yield line(columns);
  yield widths.map((width) => '-'.repeat(width)).join('  ');
  for (const row of cells) yield line(row);
  yield `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`;
}

/** Cells with commas, one row a line. What a spreadsheet would take for a formula is made harmless. */
export function* csvOf({ columns, rows }: SqlAnswer): Generator<string> {
  for (const row of [columns, ...rows]) yield csvCells(row);
}

function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - widthOf(text));
  return right ? space + text : text + space;
}

function widthOf(text: string): number {
  return [...text].length;
}

/** A line break or an escape of the terminal in a value must not be one on the screen. */
function cellOf(value: unknown): string {
  const text = textOf(value).replace(/\p{Cc}/gu, '\ufffd');
  const characters = [...text];
  return characters.length <= CELL_MAX ? text : `${characters.slice(0, CELL_MAX - 1).join('')}…`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
