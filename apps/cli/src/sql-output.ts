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

/** Columns of a terminal: marks that stand on others take none, East Asian characters and pictures two (UAX 11). */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += NONE_WIDE.test(character) ? 0 : TWO_WIDE.test(character) ? 2 : 1;
  return width;
}

const NONE_WIDE = /[\p{Mn}\p{Me}\p{Cf}]/u;
const TWO_WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** What breaks lines, controls the terminal or turns the direction of writing must not do so on the screen. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

function cellOf(value: unknown): string {
  const text = textOf(value).replace(CONTROLS, '\ufffd');
  if (widthOf(text) <= CELL_MAX) return text;
  let cut = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > CELL_MAX - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
