/* @requires postgres */
import pg from 'pg';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { DECISION_INDEXES } from '../migrations/0005-decision-indexes.js';
import { type TestPlace, serverPlace } from '../testing/databases.js';
import { type Scene, newScene } from '../testing/rebuilding.js';
import { acme } from '../testing/story.js';

let at: TestPlace<{ url: string }>;
let opened: OpenDatabase;
let analyst: pg.Client;

beforeAll(async () => {
  at = await serverPlace();
  opened = await openDatabase(at.place);
});
beforeEach(async () => {
  analyst = new pg.Client({ connectionString: at.place.url });
  await analyst.connect();
});
afterEach(() => analyst.end());
afterAll(async () => {
  await opened.close();
  await at.remove();
});

async function compared(): Promise<Scene> {
  const scene = await newScene(opened.database, [acme()]);
  await scene.project(0, Infinity);
  await scene.rebuilds.run(scene.source);
  return scene;
}

async function rowsOf(sql: string): Promise<unknown[]> {
  return (await analyst.query(sql)).rows as unknown[];
}

const WAITING = `
SELECT count(*)::integer AS count FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND NOT l.granted AND l.mode = 'AccessExclusiveLock'`;

/** Until the swap waits for the reader; it lets go after a moment, and tries again. */
async function untilItWaits(): Promise<void> {
  while ((await opened.database.query<{ count: number }>(WAITING))[0]!.count === 0);
}

const MESSAGES = 'SELECT tenant, thread_id, message_id, stage FROM offramp.messages ORDER BY 1, 2, 3';

it.each(['swap', 'rollback'] as const)(
  'A %s waits for a reader in the middle of a view, and breaks nothing',
  async (what) => {
    const { rebuilds, source, project } = await compared();
    if (what === 'rollback') await rebuilds.swap(source);
    const all = await rowsOf(MESSAGES);
    await analyst.query(`BEGIN; DECLARE c CURSOR FOR ${MESSAGES}`);
    const first = await rowsOf('FETCH 5 FROM c');
    const swapping = what === 'swap' ? rebuilds.swap(source) : rebuilds.rollback(source);
    await untilItWaits();
    // Neither projection nor other readers wait behind it.
    await project(0, Infinity);
    expect(await opened.database.query('SELECT count(*)::integer AS count FROM offramp.messages')).toEqual([
      { count: all.length },
    ]);
    const rest = await rowsOf('FETCH ALL FROM c');
    expect([...first, ...rest]).toEqual(all);
    await analyst.query('COMMIT');
    await swapping;
    expect(await rebuilds.status()).toMatchObject({ state: what === 'swap' ? 'swapped' : 'compared' });
    expect(await rowsOf(MESSAGES)).toEqual(all);
  },
);

it('A swap keeps what was granted on the views, their comments, and what analysts have built over them', async () => {
  const { rebuilds, source, database } = await compared();
  const role = `analyst_${process.pid}`;
  await analyst.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA offramp TO ${role}`);
  await analyst.query(`GRANT SELECT ON offramp.threads TO ${role}`);
  await analyst.query(
    'CREATE SCHEMA own; CREATE VIEW own.ended AS SELECT * FROM offramp.branches WHERE ended_at IS NOT NULL',
  );
  await analyst.query('CREATE VIEW own.raw AS SELECT thread_id, messages FROM offramp_v1.threads');
  try {
    await database.run(`UPDATE offramp_v1.threads SET messages = 99`);
    await database.run(`DELETE FROM offramp_v1.branches`);
    const comments = `SELECT obj_description('offramp.threads'::regclass) AS a, col_description('offramp.threads'::regclass, 1) AS b`;
    const before = await rowsOf(comments);
    await rebuilds.swap(source);
    expect(await rowsOf(comments)).toEqual(before);
    expect(await rowsOf('SELECT DISTINCT thread_id FROM own.ended ORDER BY 1')).toEqual([
      ...[{ thread_id: 'heated' }, { thread_id: 'leaving' }, { thread_id: 'lost' }],
    ]);
    expect(await rowsOf('SELECT * FROM own.raw WHERE messages = 99')).toEqual([]);
    await rebuilds.cancel();
    await analyst.query(`SET ROLE ${role}`);
    expect(await rowsOf('SELECT messages FROM offramp.threads WHERE messages = 99')).toEqual([]);
    await analyst.query('RESET ROLE');
    expect((await rowsOf('SELECT * FROM own.raw')).length).toBeGreaterThan(3);
  } finally {
    await analyst.query(`RESET ROLE; DROP SCHEMA own CASCADE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

it('A swap keeps what was granted on the tables themselves', async () => {
  const role = `reader_${process.pid}`;
  await analyst.query(`CREATE ROLE ${role}; GRANT SELECT ON offramp_v1.threads TO ${role}`);
  try {
    const { rebuilds, source } = await compared();
    await rebuilds.swap(source);
    const allowed = `SELECT has_table_privilege('${role}', 'offramp_v1.threads', 'SELECT') AS may`;
    expect(await rowsOf(allowed)).toEqual([{ may: true }]);
    await rebuilds.cancel();
  } finally {
    await analyst.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

it('The rebuilt tables have the columns, constraints, indexes and storage of the live ones', async () => {
  const { rebuilds } = await compared();
  const live = await layout('offramp_v1');
  expect(live.length).toBeGreaterThan(30);
  expect(await layout('offramp_rebuild')).toEqual(live);
  await rebuilds.cancel();
});

it('A set that was live before has the same after a migration of a newer program, so that it can be live again', async () => {
  const { rebuilds, source } = await compared();
  await rebuilds.swap(source);
  const indexes = await layout('offramp_v1');
  // As an older program has left them.
  for (const name of Object.keys(DECISION_INDEXES)) {
    for (const schema of ['offramp_v1', 'offramp_rebuild']) await rowsOf(`DROP INDEX ${schema}.${name}`);
  }
  await rowsOf(`DELETE FROM offramp_v1.migrations WHERE name LIKE 'DecisionIndexes%'`);
  await (await openDatabase(at.place)).close();
  expect(await layout('offramp_v1')).toEqual(indexes);
  expect(await layout('offramp_rebuild')).toEqual(indexes);
  await rebuilds.cancel();
});

/** Every table and index of a set, as the catalogue has it. */
function layout(schema: string): Promise<readonly unknown[]> {
  return rowsOf(`
    SELECT c.relname, c.relkind, c.reloptions,
      replace(coalesce(pg_get_indexdef(i.indexrelid), ''), '${schema}.', '') AS index,
      (SELECT json_agg(json_build_array(a.attname, a.atttypid::regtype, a.attnotnull, a.attcollation) ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
    WHERE n.nspname = '${schema}' AND c.relkind IN ('r', 'i')
      AND c.relname !~ '^(rebuilds|migrations|parked_actions|parked_content|contents|forgotten|PK_)' ORDER BY c.relname`);
}
