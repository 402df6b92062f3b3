import type { Session } from '../database/database.js';
import { VIEWS_SCHEMA } from '../migrations/schema.js';
import type { ExportColumn } from './values.js';

export interface ExportedView {
  readonly view: string;
  readonly columns: readonly ExportColumn[];
}

/** All views that there are, by name, so that none is forgotten. */
export const EXPORTED_VIEWS_SQL = `
SELECT c.relname AS view, a.attname AS name, format_type(a.atttypid, NULL) AS type
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = '${VIEWS_SCHEMA}' AND c.relkind = 'v'
ORDER BY c.relname COLLATE "C", a.attnum`;

export async function exportedViews(session: Session): Promise<readonly ExportedView[]> {
  const views = new Map<string, ExportColumn[]>();
  const rows = await session.query<{ view: string; name: string; type: string }>(EXPORTED_VIEWS_SQL);
  for (const { view, name, type } of rows) views.set(view, [...(views.get(view) ?? []), { name, type }]);
  return [...views].map(([view, columns]) => ({ view, columns }));
}

/** Orders that an index or few rows make cheap, so that files of the same rows are the same. */
const ORDERS: Readonly<Record<string, string>> = {
  branches: 'tenant, thread_id, branch_id',
  decisions: 'tenant, decision_id',
  endings: 'tenant, decision_id',
  exposure_daily: 'tenant, day, policy',
  feedback: 'tenant, thread_id, feedback_id',
  guards: 'tenant, thread_id, raised_at, decision_id',
  messages: 'tenant, thread_id, message_id',
  overturned_by_category: 'tenant, category',
  policies: 'tenant, activation_id',
  review_queue: 'queue, tenant, decision_id',
  reviews: 'tenant, thread_id, review_id',
  threads: 'tenant, thread_id',
};

/** Of all tenants where none is given. */
export function rowsSql({ view, columns }: ExportedView, tenant?: string): string {
  const selected = columns.map(({ name }) => quoted(name)).join(', ');
  const where = tenant === undefined ? '' : ` WHERE tenant = ${literal(tenant)}`;
  const order = ORDERS[view] === undefined ? '' : ` ORDER BY ${ORDERS[view]}`;
  return `SELECT ${selected} FROM ${nameOf({ view })}${where}${order}`;
}

export function nameOf({ view }: Pick<ExportedView, 'view'>): string {
  return `${VIEWS_SCHEMA}.${quoted(view)}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** E'…' means the same whatever the server makes of a backslash in a plain text. */
function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
