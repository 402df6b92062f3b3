import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '@offramp/events';
import { openTemporaryLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { LogTransport, Readiness } from '@offramp/service';
import { startProjector, storedText, textsIn } from './testing/projector-app.js';

/* Invariant ERASED. What an older program does not understand may be an erasure: to skip it would show an erased text for ever. */
it('stops before content that only a newer program understands, with what came before it projected', async () => {
  const temporary = await openTemporaryLog({ partitions: 1 });
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-newer-'));
  const readModels = await openReadModels({ dataDir });
  const newer = JSON.parse(storedText('m2').toString()) as object;
  const unknown = Buffer.from(JSON.stringify({ ...newer, type: 'offramp.content.forgotten.v2' }));
  const values = [storedText('m1'), unknown, storedText('m3')];
  const records = values.map((value) => ({ key: 'default/t1', value }));
  await temporary.log.append([{ topic: TOPICS.content, partition: 0, records }]);
  const app = await startProjector(temporary.log, readModels);
  try {
    await app.get(LogTransport).settle();
    expect(app.get(Readiness).causes).toEqual([
      { part: 'projector of content.v1 0', cause: expect.stringContaining('offramp.content.forgotten.v2') as string },
    ]);
    expect(await textsIn(readModels)).toBe(1);
  } finally {
    await app.close();
    await readModels.close();
    await temporary.destroy();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
