import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTemporaryLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { Readiness, Registry } from '@offramp/service';
import { startProjector } from './testing/projector-app.js';

it('counts parked threads for an alarm, and stays ready', async () => {
  const temporary = await openTemporaryLog({ partitions: 1 });
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-parked-'));
  const readModels = await openReadModels({ dataDir });
  const { epoch } = await readModels.events.claim(0);
  // What no version has written, and what a projection fails at: data that is no object.
  const envelope = { source: 'acme', subject: 't1', id: 'e1', time: '2026-01-01T00:00:00.000Z' };
  const event = { ...envelope, type: 'offramp.message.posted.v1', data: 'none' } as never;
  const batch = { partition: 0, epoch, from: 0, entries: [{ offset: 0, event, decisions: [] }] };
  expect(await readModels.events.apply({ ...batch, next: { inbound: 1, decisions: 0 } })).toMatchObject({
    parked: [{ offset: 0, cause: expect.stringContaining('TypeError') as string }],
  });
  const app = await startProjector(temporary.log, readModels);
  try {
    const text = await app.get(Registry).getSingleMetricAsString('offramp_parked_threads');
    expect(text).toMatch(/^offramp_parked_threads 1$/m);
    expect(app.get(Readiness).causes).toEqual([]);
  } finally {
    await app.close();
    await readModels.close();
    await temporary.destroy();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
