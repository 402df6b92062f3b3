import { VIEWS_SCHEMA } from '../migrations/schema.js';

/** The role that reads the views and nothing else. It belongs to the whole server: databases beside this one share it. */
export const ANALYST_ROLE = 'offramp_analyst';

/** A statement of somebody who logs in as the role. */
const STATEMENT_TIMEOUT = '60s';

/**
 * It can log in, so that its settings hold: those of a role do not pass to its members. Without a password nobody can, where
 * the server asks for one.
 */
const CREATE_ROLE = [
  `CREATE ROLE ${ANALYST_ROLE} LOGIN`,
  `ALTER ROLE ${ANALYST_ROLE} SET statement_timeout = '${STATEMENT_TIMEOUT}'`,
  `ALTER ROLE ${ANALYST_ROLE} SET default_transaction_read_only = on`,
  `ALTER ROLE ${ANALYST_ROLE} SET search_path = ${VIEWS_SCHEMA}`,
];

/** To act as the role for one statement. */
const GRANT_ROLE = `GRANT ${ANALYST_ROLE} TO CURRENT_USER`;

/** The default privileges are for views that a rebuild puts in the place of these. */
const GRANT_VIEWS = [
  `GRANT USAGE ON SCHEMA ${VIEWS_SCHEMA} TO ${ANALYST_ROLE}`,
  `GRANT SELECT ON ALL TABLES IN SCHEMA ${VIEWS_SCHEMA} TO ${ANALYST_ROLE}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA ${VIEWS_SCHEMA} GRANT SELECT ON TABLES TO ${ANALYST_ROLE}`,
];

/** The connected user may create roles, there is such a role, and it may read all that there is to read. */
export const ROLE_STATE_SQL = `
SELECT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS "mayCreate",
  r.oid IS NOT NULL AS "isThere",
  coalesce((
    SELECT bool_and(has_table_privilege(r.oid, c.oid, 'SELECT')) AND has_schema_privilege(r.oid, n.oid, 'USAGE')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = '${VIEWS_SCHEMA}' AND c.relkind = 'v' GROUP BY n.oid
  ), false) AS "mayRead"
FROM (SELECT 1) one LEFT JOIN pg_roles r ON r.rolname = '${ANALYST_ROLE}'`;

interface RoleState {
  readonly mayCreate: boolean;
  readonly isThere: boolean;
  readonly mayRead: boolean;
}

/** What a statement is run with. */
export interface Runner {
  query<Row>(sql: string): Promise<Row[]>;
}

/**
 * Makes the role where the connected user may, and lets it read the views. Done at every start: a role that an administrator
 * made meanwhile is given its rights by the next one. A user who may not leaves everything as it is; `offramp sql` says then
 * what is missing.
 */
export async function prepareAnalystRole(runner: Runner, kind: 'embedded' | 'server'): Promise<void> {
  const [state] = await runner.query<RoleState>(ROLE_STATE_SQL);
  if (state!.isThere && state!.mayRead) return;
  if (!state!.isThere) {
    if (!state!.mayCreate) return;
    await createRole(runner);
  }
  for (const sql of GRANT_VIEWS) await runner.query(sql);
  // The embedded database is ours alone: with this function a statement could leave the role that it runs as.
  if (kind === 'embedded') {
    await runner.query('REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC');
  }
}

/** duplicate_object, unique_violation: another database of this server made it at the same moment. */
const MADE_BY_OTHERS = new Set(['42710', '23505']);

async function createRole(runner: Runner): Promise<void> {
  try {
    await runner.query(`DO $$ BEGIN ${[...CREATE_ROLE, GRANT_ROLE].map((sql) => `${sql};`).join(' ')} END $$`);
  } catch (error) {
    const code = (error as { code?: string; driverError?: { code?: string } }).driverError?.code;
    if (!MADE_BY_OTHERS.has(code ?? (error as { code?: string }).code ?? '')) throw error;
  }
}

/** What an administrator has to run where the user of the URL may not create roles. */
export function roleAdvice(user: string): string {
  const statements = [
    ...CREATE_ROLE,
    GRANT_ROLE.replace('CURRENT_USER', `"${user.replaceAll('"', '""')}"`),
    ...GRANT_VIEWS,
  ];
  return statements.map((sql) => `${sql};`).join(' ');
}
