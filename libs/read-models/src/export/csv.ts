/*
 * CSV as RFC 4180 has it: CRLF after each line, quotes around a cell that needs them, quotes in it doubled. Written here
 * because that is all there is to it; what matters is the other half: spreadsheets run a cell that begins like a formula.
 */

/** What a spreadsheet may take for a formula, its full-width forms included (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;
const LINE_END = '\r\n';

/** A row as one line; fields that it does not have are empty cells, objects are JSON. */
export function csvLine(columns: readonly string[], row: object): string {
  const fields = row as Readonly<Record<string, unknown>>;
  return csvCells(columns.map((column) => fields[column])) + LINE_END;
}

export function csvHead(columns: readonly string[]): string {
  return columns.join(',') + LINE_END;
}

/** Values as one line without its end. */
export function csvCells(values: readonly unknown[]): string {
  return values.map(cellOf).join(',');
}

/** A text as one cell. */
export function csvText(text: string): string {
  return csvQuoted(harmless(text));
}

/** What is no text of anybody (numbers, JSON) as one cell: no spreadsheet takes it for a formula. */
export function csvQuoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? csvText(value) : csvQuoted(JSON.stringify(value));
}

/** The apostrophe is what spreadsheets themselves put before a text that is meant as one. */
function harmless(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
