import type { Session } from '../database/database.js';
import { OTHER_SCHEMA, TABLES_SCHEMA } from '../migrations/schema.js';
import { arrayText } from '../projection/sql-values.js';
import { type Versions, storeVersions, storedVersions } from './versions.js';

/*
 * Puts tables of the other set into the place of the live ones, and those beside. Statements name tables, so that every process
 * finds the new ones from its next statement on; views hold on to tables, so that they are said again over the new ones, with
 * what was granted on them and built over them. Whoever reads an old table finishes first: DDL waits for its transaction.
 */

const PARKING_SCHEMA = 'offramp_swap';

/** A swap that waited longer would make others wait behind it. */
const LOCK_MS_MAX = 300;

/** Views of any schema: an analyst's own that reads a table directly would else go with the old tables. */
export const VIEWS_OVER_SQL = `
SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name, pg_get_viewdef(c.oid) AS definition,
  coalesce(array_to_string(c.reloptions, ', '), '') AS options
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1::regclass[])
ORDER BY name`;

/** Within one transaction, while nobody projects. Batches that were begun before it are superseded. */
export async function exchangeTables(session: Session, names: readonly string[]): Promise<void> {
  await session.run(`SET LOCAL lock_timeout = ${LOCK_MS_MAX}`);
  const live = names.map((name) => `${TABLES_SCHEMA}.${name}`);
  await session.run(`LOCK TABLE ${live.join(', ')} IN ACCESS EXCLUSIVE MODE`);
  const views = await session.query<{ name: string; definition: string; options: string }>(VIEWS_OVER_SQL, [
    arrayText(live),
  ]);
  await session.run(`CREATE SCHEMA ${PARKING_SCHEMA}`);
  for (const name of names) {
    await session.run(`ALTER TABLE ${TABLES_SCHEMA}.${name} SET SCHEMA ${PARKING_SCHEMA}`);
    await session.run(`ALTER TABLE ${OTHER_SCHEMA}.${name} SET SCHEMA ${TABLES_SCHEMA}`);
    await session.run(`ALTER TABLE ${PARKING_SCHEMA}.${name} SET SCHEMA ${OTHER_SCHEMA}`);
  }
  await session.run(`DROP SCHEMA ${PARKING_SCHEMA}`);
  for (const { name, definition, options } of views) {
    const storage = options === '' ? '' : ` WITH (${options})`;
    await session.run(`CREATE OR REPLACE VIEW ${name}${storage} AS ${definition}`);
  }
  await exchangeVersions(session, names);
  await session.run(`UPDATE ${TABLES_SCHEMA}.cursors SET epoch = epoch + 1 WHERE stream = 'events'`);
}

async function exchangeVersions(session: Session, names: readonly string[]): Promise<void> {
  const live = await storedVersions(session);
  const other = await storedVersions(session, OTHER_SCHEMA);
  await storeVersions(session, TABLES_SCHEMA, withOf(live, other, names));
  await storeVersions(session, OTHER_SCHEMA, withOf(other, live, names));
}

/** A projection that was never filled has none. */
function withOf(own: Versions, others: Versions, names: readonly string[]): Versions {
  const versions = new Map(own);
  for (const name of names) {
    const version = others.get(name);
    if (version === undefined) versions.delete(name);
    else versions.set(name, version);
  }
  return versions;
}
