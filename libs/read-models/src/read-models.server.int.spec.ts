/* @requires postgres */
import pg from 'pg';
import { ReadModelsError } from './database/failure.js';
import { type ReadModels, openReadModels } from './read-models.js';
import { type TestPlace, serverPlace } from './testing/databases.js';
import { project } from './testing/opened.js';
import { acme } from './testing/story.js';

let at: TestPlace<{ url: string }>;
let here: ReadModels;
let there: ReadModels;

beforeEach(async () => {
  at = await serverPlace();
  here = await openReadModels({ ...at.place, connections: 2 });
  there = await openReadModels({ ...at.place, connections: 2 });
});
afterEach(async () => {
  await here.close();
  await there.close();
  await at.remove();
});

const story = acme();
const end = { inbound: story.length, decisions: story.length };

describe('The read models on a server', () => {
  it('tell another process how far this one is', async () => {
    const reached = there.positions.reached(0, story.length - 1, { timeoutMs: 60_000 });
    await project(here, story);
    expect(await reached).toBe(true);
    expect(await there.positions.current()).toEqual(new Map([[0, story.length - 1]]));
    expect(await there.queries.stats('acme')).toEqual(await here.queries.stats('acme'));
  });

  it('go from owner to owner', async () => {
    const first = await here.events.claim(0);
    const half = story.slice(0, 20);
    await here.events.apply({ partition: 0, ...first, from: 0, entries: half, next: { inbound: 20, decisions: 20 } });
    const second = await there.events.claim(0);
    expect(second).toEqual({ epoch: first.epoch + 1, cursor: { inbound: 20, decisions: 20 } });
    const rest = { partition: 0, from: 20, entries: story.slice(20), next: end };
    expect(await here.events.apply({ ...rest, epoch: first.epoch })).toMatchObject({ kind: 'superseded' });
    expect(await there.events.apply({ ...rest, epoch: second.epoch })).toMatchObject({ kind: 'applied' });
    expect(await here.queries.stats('acme')).toMatchObject({ threads: 5 });
  });

  it('keep nothing of a batch whose connection is killed in the middle, and take it again', async () => {
    const { epoch } = await here.events.claim(0);
    const batch = { partition: 0, epoch, from: 0, entries: story, next: end };
    const other = new pg.Client({ connectionString: at.place.url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE offramp_v1.threads');
    const applying = here.events.apply(batch);
    const failed = expect(applying).rejects.toMatchObject({ name: ReadModelsError.name, retriable: true });
    await killWhoWaitsForALock(other);
    await failed;
    await other.query('ROLLBACK');
    await other.end();
    expect(await there.positions.current()).toEqual(new Map([[0, -1]]));
    expect(await there.queries.stats('acme')).toMatchObject({ threads: 0, messages: 0 });
    expect(await here.events.apply(batch)).toEqual({ kind: 'applied', entries: story.length, cursor: end });
    expect(await there.queries.stats('acme')).toMatchObject({ threads: 5, messages: 27, branches: 7 });
  });
});

const KILL_SQL = `
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'`;

async function killWhoWaitsForALock(client: pg.Client): Promise<void> {
  let killed = 0;
  while (killed === 0) killed = (await client.query(KILL_SQL)).rows.length;
}
