import { createHash } from 'node:crypto';
import type { Session } from '../database/database.js';
import { type ExportFormat, createEncoder } from '../export/encoders.js';
import type { ExportBeginning, ExportPart } from '../export/export-views.js';
import type { ExportedView } from '../export/views.js';

/** A whole export as the files that it would be. */
export interface Exported {
  readonly beginning: ExportBeginning;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export async function exported(parts: AsyncIterable<ExportPart>, format: ExportFormat): Promise<Exported> {
  const files = new Map<string, Uint8Array[]>();
  let beginning: ExportBeginning | undefined;
  let isWhole = false;
  let encoder = createEncoder(format, []);
  let chunks: Uint8Array[] = [];
  for await (const part of parts) {
    if ('views' in part) beginning = part;
    else if ('rows' in part) chunks.push(encoder.rows(part.rows));
    else {
      if (files.size > 0) chunks.push(encoder.end());
      if ('end' in part) isWhole = true;
      else {
        const { columns } = beginning!.views.find(({ view }) => view === part.view)!;
        encoder = createEncoder(format, columns);
        files.set(part.view, (chunks = []));
      }
    }
  }
  if (beginning === undefined || !isWhole) throw new Error('The export is not whole');
  return { beginning, files: new Map([...files].map(([view, of]) => [view, Buffer.concat(of)])) };
}

/** What the files of an export are known by: quicker to compare than their bytes. */
export function sumsOf({ files }: Exported): readonly (readonly [view: string, sha256: string])[] {
  return [...files].map(([view, bytes]) => [view, createHash('sha256').update(bytes).digest('hex')]);
}

/** All rows of a view as SQL says them, in a form that does not depend on what writes the files, in no order. */
export async function sqlRows(session: Session, { view, columns }: ExportedView): Promise<(string | null)[][]> {
  const said = columns.map(({ name, type }) => `${saying(`"${name}"`, type)} AS "${name}"`).join(', ');
  const rows = await session.raw(`SELECT ${said} FROM offramp."${view}"`);
  return rows.map((row) => row.map((text, at) => number(text, columns[at]!.type)));
}

function saying(column: string, type: string): string {
  switch (type) {
    case 'boolean':
      return `CASE WHEN ${column} THEN 'true' WHEN NOT ${column} THEN 'false' END`;
    case 'timestamp with time zone':
      return `(extract(epoch FROM ${column}) * 1000000)::bigint::text`;
    case 'date':
      return `(${column} - date '1970-01-01')::text`;
    default:
      return `${column}::text`;
  }
}

/** Postgres and JavaScript write the same double in two ways. */
function number(text: string | null, type: string): string | null {
  return text !== null && type === 'double precision' ? String(Number(text)) : text;
}

/** The same rows, in one order. */
export function sorted<Row>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
