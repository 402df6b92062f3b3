import type { Session } from '../database/database.js';
import { OTHER_SCHEMA, TABLES_SCHEMA } from '../migrations/schema.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { storeVersions } from './versions.js';

/*
 * The set of tables beside the live one. It is made after the live one as the catalogue has it, whatever migrations made that,
 * so that it can take its place: the same columns, constraints, indexes, storage and grants under the same names.
 */

/** What a rebuild builds; the texts of people are not among it (ADR 0012). */
export const REBUILT_TABLES: readonly string[] = tablesOf(allProjections(0)).map(({ name }) => name);

/** What waits to be projected belongs to a whole set. */
export const PARKED_TABLES: readonly string[] = ['parked_threads', 'parked_entries'];

const WITH_STATE = [...REBUILT_TABLES, ...PARKED_TABLES, 'cursors'];

/** Empty, without the indexes that only queries need. What stood there before is gone. */
export async function createOtherTables(session: Session): Promise<void> {
  await dropOtherTables(session);
  await session.run(`CREATE SCHEMA ${OTHER_SCHEMA}`);
  for (const name of [...WITH_STATE, 'projection_versions']) {
    const including = 'INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE';
    await session.run(`CREATE TABLE ${OTHER_SCHEMA}.${name} (LIKE ${TABLES_SCHEMA}.${name} ${including})`);
    for (const sql of await detailsOf(session, name)) await session.run(sql);
  }
  await storeVersions(session, OTHER_SCHEMA);
}

export async function dropOtherTables(session: Session): Promise<void> {
  await session.run(`DROP SCHEMA IF EXISTS ${OTHER_SCHEMA} CASCADE`);
}

const DETAILS_SQL = `
SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', $2::text, t.relname, c.conname, pg_get_constraintdef(c.oid)) AS sql
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
WHERE t.oid = $1::regclass AND c.contype IN ('p', 'u', 'c')
UNION ALL
SELECT format('ALTER TABLE %I.%I SET (%s)', $2::text, relname, array_to_string(reloptions, ', '))
FROM pg_class WHERE oid = $1::regclass AND reloptions IS NOT NULL
UNION ALL
SELECT format('GRANT %s ON %I.%I TO %s', a.privilege_type, $2::text, relname,
  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_class, aclexplode(relacl) a WHERE oid = $1::regclass AND a.grantee <> relowner`;

async function detailsOf(session: Session, name: string): Promise<readonly string[]> {
  const found = await session.query<{ sql: string }>(DETAILS_SQL, [`${TABLES_SCHEMA}.${name}`, OTHER_SCHEMA]);
  return found.map(({ sql }) => sql);
}

const INDEXES_SQL = `
SELECT pg_get_indexdef(i.indexrelid) AS sql FROM pg_index i
WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`;

/** The other indexes, which cost less when the rows are there. One statement each: it may be done in pieces. */
export async function indexStatements(session: Session): Promise<readonly string[]> {
  const statements: string[] = [];
  for (const name of REBUILT_TABLES) {
    const found = await session.query<{ sql: string }>(INDEXES_SQL, [`${TABLES_SCHEMA}.${name}`]);
    for (const { sql } of found) {
      const there = sql.replace(` ON ${TABLES_SCHEMA}.`, ` ON ${OTHER_SCHEMA}.`);
      statements.push(there.replace(/ INDEX /, ' INDEX IF NOT EXISTS '));
    }
  }
  return statements;
}

/** In either set. */
export async function isAnythingParked(session: Session): Promise<boolean> {
  const [live, other] = [TABLES_SCHEMA, OTHER_SCHEMA].map((schema) => `EXISTS (SELECT FROM ${schema}.parked_threads)`);
  const [found] = await session.query<{ parked: boolean }>(`SELECT ${live} OR ${other} AS parked`);
  return found!.parked;
}
