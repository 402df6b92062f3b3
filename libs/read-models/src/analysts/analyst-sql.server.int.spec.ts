/** @requires postgres */
import { randomBytes } from 'node:crypto';
import { type ReadModels, openReadModels } from '../read-models.js';
import { type TestPlace, onServer, serverPlace } from '../testing/databases.js';
import { testAnalystSql } from '../testing/analyst-statements.js';
import { project } from '../testing/opened.js';
import { acme } from '../testing/story.js';

let at: TestPlace<{ url: string }>;
let readModels: ReadModels;
beforeAll(async () => {
  at = await serverPlace();
  readModels = await openReadModels(at.place);
  await project(readModels, acme());
});
afterAll(async () => {
  await readModels.close();
  await at.remove();
});

describe('Statements of analysts to a server', () => {
  testAnalystSql(() => readModels.sql);

  it('that go on for ever are ended', async () => {
    expect(await readModels.sql.ask('SELECT pg_sleep(60)', { timeoutMs: 200 })).toMatchObject({ refused: 'timeout' });
    expect(await readModels.sql.ask('SELECT 1 AS one')).toMatchObject({ rows: [[1]] });
  });

  it('are cancelled by who has asked', async () => {
    const controller = new AbortController();
    const sleeping = readModels.sql.ask('SELECT pg_sleep(600)', { timeoutMs: 300_000, signal: controller.signal });
    const running =
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'FETCH % FROM asked'";
    while ((await onServer(at.place.url, `${running} AND state = 'active'`)).length < 1) continue;
    controller.abort(new Error('no longer wanted'));
    await expect(sleeping).rejects.toThrow('no longer wanted');
    await expect(readModels.sql.ask('SELECT 1', { signal: controller.signal })).rejects.toThrow('no longer wanted');
    expect(await readModels.sql.ask('SELECT 1 AS one')).toMatchObject({ rows: [[1]] });
  });

  it('are those of a role that reads the views and nothing behind them, also where it logs in itself', async () => {
    const url = withUser(at.place.url, 'offramp_analyst');
    const [ends] = await onServer(url, "SELECT count(*)::integer AS count FROM endings WHERE tenant = 'acme'");
    expect(ends).toEqual({ count: 3 });
    for (const forbidden of [
      'SELECT * FROM offramp_v1.threads',
      'CREATE TABLE offramp.mine (a int)',
      'DELETE FROM threads',
    ]) {
      await expect(onServer(url, forbidden)).rejects.toThrow(/permission denied|read-only/);
    }
    expect(await onServer(url, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '1min' }]);
  });

  it('may be made to read views that a rebuild puts in the place of these', async () => {
    await onServer(at.place.url, "CREATE VIEW offramp.another AS SELECT 'new' AS one");
    expect(await readModels.sql.ask('SELECT * FROM another')).toMatchObject({ rows: [['new']] });
  });

  it('tell what an administrator has to run where the role is not there for the user', async () => {
    const user = `offramp_test_${randomBytes(4).toString('hex')}`;
    await onServer(at.place.url, `CREATE ROLE ${user} LOGIN`);
    const { pathname } = new URL(at.place.url);
    await onServer(at.place.url, `GRANT ALL ON DATABASE ${pathname.slice(1)} TO ${user}`);
    const other = await serverPlace();
    try {
      await onServer(other.place.url, `GRANT ALL ON DATABASE ${new URL(other.place.url).pathname.slice(1)} TO ${user}`);
      const opened = await openReadModels({ url: withUser(other.place.url, user) });
      const refusal = await opened.sql.ask('SELECT 1');
      expect(refusal).toMatchObject({
        refused: 'role',
        detail: expect.stringContaining('CREATE ROLE offramp_analyst'),
      });
      const { detail } = refusal as { detail: string };
      const advice = detail.slice(detail.indexOf('CREATE ROLE'));
      // The role belongs to the whole server, so it is there already; all the rest is as it says.
      await onServer(other.place.url, advice.slice(advice.indexOf(';') + 1));
      expect(await opened.sql.ask('SELECT count(*) AS count FROM threads')).toMatchObject({ rows: [[0]] });
      await opened.close();
    } finally {
      await other.remove();
      await onServer(at.place.url, `REVOKE ALL ON DATABASE ${pathname.slice(1)} FROM ${user}`);
      await onServer(at.place.url, `DROP ROLE ${user}`);
    }
  });
});

function withUser(url: string, user: string): string {
  const other = new URL(url);
  other.username = user;
  return other.href;
}
