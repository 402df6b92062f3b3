import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { createEventProjection } from '../projection/event-projection.js';
import { acme } from '../testing/story.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { TABLES_SCHEMA } from './schema.js';

let at: TestPlace;
let opened: OpenDatabase;

beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  const events = createEventProjection(opened.database, () => {});
  const { epoch } = await events.claim(0);
  const entries = acme();
  await events.apply({ partition: 0, epoch, from: 0, entries, next: { inbound: entries.length, decisions: 0 } });
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

const ask = <Row>(sql: string) => opened.database.query<Row>(sql);

/** CONTRACT §7. */
const PROMISED = [
  ...['branches', 'decisions', 'exposure_daily', 'feedback', 'guards', 'messages', 'policies', 'reviews', 'threads'],
];

/** For those who review endings. */
const OURS = ['endings', 'overturned_by_category', 'review_queue'];

describe('The views for analysts', () => {
  it('are those that the contract names', async () => {
    const views = await ask<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'offramp' ORDER BY 1",
    );
    expect(views.map(({ name }) => name)).toEqual([...PROMISED, ...OURS].sort());
  });

  it('have a comment on every view and every column', async () => {
    const silent = await ask<{ view: string; column: string | null }>(`
      SELECT c.relname AS view, a.attname AS "column"
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'offramp'
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relkind = 'v' AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)`);
    expect(silent).toEqual([]);
  });

  it('have times as timestamptz named _at, ids and positions as text', async () => {
    const columns = await ask<{ name: string; type: string }>(
      "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = 'offramp'",
    );
    const wrong = columns.filter(({ name, type }) => {
      if (/_at$|^at$|until$/.test(name)) return type !== 'timestamp with time zone';
      return /_id$|^position$|^tenant$/.test(name) && type !== 'text';
    });
    expect(wrong).toEqual([]);
  });

  it('can all be read, and show what happened', async () => {
    for (const view of PROMISED) {
      expect({ view, rows: (await ask(`SELECT * FROM offramp.${view} WHERE tenant = 'acme'`)).length }).not.toEqual({
        view,
        rows: 0,
      });
    }
    const [end] = await ask(`
      SELECT b.stage, b.ended_by, d.type, m.verdict, m.position FROM offramp.branches b
      JOIN offramp.decisions d USING (tenant, decision_id)
      JOIN offramp.messages m ON m.tenant = b.tenant AND m.thread_id = b.thread_id AND m.message_id = d.end_id
      WHERE b.tenant = 'acme' AND b.thread_id = 'lost' AND b.branch_id = 'u1'`);
    expect(end).toMatchObject({ stage: 'ended', ended_by: 'policy', type: 'ConversationEnded', verdict: 'end' });
  });

  it('say what is to be reviewed, and what came of it', async () => {
    const queue = await ask(`
      SELECT queue, thread_id, feedback_down AS down, outcome FROM offramp.review_queue WHERE tenant = 'acme'
      ORDER BY queue, thread_id`);
    expect(queue).toEqual([
      { queue: 'thumbs-down', thread_id: 'heated', down: 1, outcome: 'overturned' },
      { queue: 'unreviewed', thread_id: 'leaving', down: 0, outcome: null },
      { queue: 'unreviewed', thread_id: 'lost', down: 0, outcome: null },
    ]);
    const overturned = await ask(`
      SELECT category, endings, reviewed, upheld, overturned FROM offramp.overturned_by_category WHERE tenant = 'acme'
      ORDER BY category`);
    const none = { endings: '1', reviewed: '0', upheld: '0', overturned: '0' };
    expect(overturned).toEqual([
      { category: 'abuse', endings: '1', reviewed: '1', upheld: '0', overturned: '1' },
      { category: 'hate', ...none },
      { category: null, ...none },
    ]);
  });

  it('count what the assistant was exposed to, and what it was spared', async () => {
    const rows = await ask<Record<string, string>>(`
      SELECT split_part(policy, '@', 1) AS policy, day::text, harmful_messages AS harmful, redirects, warnings, ends,
        refused_messages AS refused, withheld_ends AS withheld, overturned_ends AS overturned, feedback_up AS up,
        feedback_down AS down
      FROM offramp.exposure_daily WHERE tenant = 'acme' ORDER BY policy`);
    const day = '2026-01-01';
    expect(rows).toEqual([
      ...[{ policy: 'default', day, harmful: '5', redirects: '3', warnings: '1', ends: '1', refused: '1' }].map(
        (row) => ({
          ...row,
          ...{ withheld: '0', overturned: '1', up: '1', down: '1' },
        }),
      ),
      ...[{ policy: 'swift', day, harmful: '5', redirects: '2', warnings: '1', ends: '2', refused: '0' }].map(
        (row) => ({
          ...row,
          ...{ withheld: '1', overturned: '0', up: '0', down: '0' },
        }),
      ),
    ]);
  });
});

/** The program and the database mean the same columns. */
it.each(tablesOf(allProjections(0)).map((table) => [table.name, table] as const))(
  'The table %s has the columns and the key that its projection writes',
  async (name, { columns, key }) => {
    const found = await ask<{ name: string; type: string; nullable: string }>(`
      SELECT column_name AS name, data_type AS type, is_nullable AS nullable FROM information_schema.columns
      WHERE table_schema = '${TABLES_SCHEMA}' AND table_name = '${name}'`);
    const wanted = columns.map(({ sqlName, type, nullable }) => ({
      name: sqlName,
      type: type === 'timestamptz' ? 'timestamp with time zone' : type,
      nullable: nullable ? 'YES' : 'NO',
    }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect([...found].sort(byName)).toEqual([...wanted].sort(byName));
    const keys = await ask<{ name: string }>(`
      SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = '${TABLES_SCHEMA}.${name}'::regclass AND i.indisprimary ORDER BY 1`);
    const names = key.map((part) => columns.find((column) => column.name === part)!.sqlName);
    expect(keys.map((row) => row.name)).toEqual([...names].sort());
  },
);
