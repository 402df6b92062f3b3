import type { Session } from '../database/database.js';
import { SchemaTooNew } from '../database/failure.js';
import { TABLES_SCHEMA } from '../migrations/schema.js';
import { allProjections } from '../projections/all.js';

/*
 * Every projection has a version, and every set of tables says which versions filled it. A program that is newer than the live
 * tables goes on with them: what it projects from here on is by the new rules, and a rebuild brings the rest. One that is older
 * must not touch them, because it would undo what the newer one wrote.
 */

export type Versions = ReadonlyMap<string, number>;

/** Stands for the version of tables that hold what was projected while an activation of a policy could not be. */
export const WITHOUT_A_POLICY = -1;

/** Those of this program. */
export function programVersions(): Versions {
  return new Map(allProjections(0).map(({ table, version = 1 }) => [table.name, version]));
}

export async function storedVersions(session: Session, schema = TABLES_SCHEMA): Promise<Versions> {
  const rows = await session.query<{ projection: string; version: number }>(
    `SELECT projection, version FROM ${schema}.projection_versions ORDER BY projection`,
  );
  return new Map(rows.map(({ projection, version }) => [projection, version]));
}

export async function storeVersions(session: Session, schema: string, versions = programVersions()): Promise<void> {
  const rows = [...versions].map(([name, version]) => `('${name}', ${version})`).join(', ');
  await session.run(`DELETE FROM ${schema}.projection_versions`);
  await session.run(`INSERT INTO ${schema}.projection_versions (projection, version) VALUES ${rows}`);
}

const NOTHING_PROJECTED_SQL = `
SELECT NOT EXISTS (SELECT FROM ${TABLES_SCHEMA}.cursors WHERE stream = 'events' AND next_offset > 0) AS empty`;

/** Tables that nothing was projected into yet are of this program. Throws `SchemaTooNew` where a newer one has filled them. */
export async function checkVersions(session: Session): Promise<void> {
  const [found] = await session.query<{ empty: boolean }>(NOTHING_PROJECTED_SQL);
  if (found!.empty) await storeVersions(session, TABLES_SCHEMA);
  outdated(await storedVersions(session));
}

/** Which projections were filled by an older version than this program's, or never. Throws `SchemaTooNew`. */
export function outdated(stored: Versions): readonly string[] {
  const program = programVersions();
  const newer = [...stored].filter(([name, version]) => version > (program.get(name) ?? 0));
  if (newer.length > 0) throw new SchemaTooNew(newer.map(([name, version]) => `${name}, version ${version}`));
  return [...program].filter(([name, version]) => version > (stored.get(name) ?? 0)).map(([name]) => name);
}
