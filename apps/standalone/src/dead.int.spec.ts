import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandaloneProcess, startStandalone } from './testing/standalone-process.js';

/* What the command line asks a server about dead letters. */

let dataDir: string;
let server: StandaloneProcess;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-dead-'));
  server = await startStandalone({ dataDir });
}, 120_000);
afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

const WHO = { tenant: 'default', by: 'ops', reason: 'again' };

it('can be about a thread, or about what belongs to none, as an activation of a policy does', async () => {
  for (const threadId of ['t1', '']) {
    const shown = await server.admin('GET', `/dead/thread?tenant=default&threadId=${threadId}`);
    expect([threadId, shown.status]).toEqual([threadId, 404]);
    for (const action of ['retry', 'discard']) {
      const asked = await server.admin('POST', `/dead/${action}`, { ...WHO, threadId, topic: 'inbound.v1' });
      expect([threadId, action, asked.status]).toEqual([threadId, action, 404]);
    }
  }
  expect((await server.admin('POST', '/dead/retry', { ...WHO, threadId: 't1', topic: 'facts.v1' })).status).toBe(422);
  expect((await server.admin('POST', '/dead/retry', { ...WHO, threadId: 't1', reason: '' })).status).toBe(422);
});

it('tells of none where there are none', async () => {
  expect(await (await server.admin('GET', '/dead')).json()).toEqual({ data: [] });
  expect(await (await server.admin('GET', '/dead/records')).json()).toEqual({ quarantined: [], rejected: [] });
});
