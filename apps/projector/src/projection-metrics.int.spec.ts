import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DECISION_TYPES, TOPICS, decisionsCodec } from '@offramp/events';
import { openTemporaryLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { LogTransport } from '@offramp/service';
import { startProjector, storedText } from './testing/projector-app.js';

const TIME = '2026-01-01T00:00:00.000Z';

function posted(messageId: string): Buffer {
  const data = { messageId, parentId: null, role: 'user' };
  const of = { specversion: '1.0', id: `default/t1/${messageId}`, source: 'default', subject: 't1' };
  return Buffer.from(JSON.stringify({ ...of, type: 'offramp.message.posted.v1', time: TIME, data }));
}

function progress(offset: number): Buffer {
  const data = { position: `0:${offset}`, time: TIME };
  const of = { specversion: '1.0', id: `progress-${offset}`, source: 'offramp', subject: '' };
  return decisionsCodec.encode({ ...of, type: DECISION_TYPES.Progress, time: TIME, data } as never);
}

it('counts what was committed, in how many transactions, what was a repeat, and what nobody can read', async () => {
  const temporary = await openTemporaryLog({ partitions: 1 });
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-projected-'));
  const readModels = await openReadModels({ dataDir });
  const append = (topic: (typeof TOPICS)[keyof typeof TOPICS], ...values: Buffer[]) => {
    const records = values.map((value) => ({ key: 'default/t1', value }));
    return temporary.log.append([{ topic, partition: 0, records }]);
  };
  await append(TOPICS.inbound, posted('m1'), posted('m2'), posted('m3'));
  await append(TOPICS.decisions, progress(1), progress(0), progress(1), progress(2));
  await append(TOPICS.content, storedText('m1'), Buffer.from('no event'));
  const app = await startProjector(temporary.log, readModels);
  try {
    await app.get(LogTransport).settle();
    const found = (await app.inject({ method: 'GET', url: '/metrics' })).body.split('\n');
    const decisions = 'topic="decisions.v1"';
    expect(found).toContain(`offramp_projected_entries_total{${decisions}} 3`);
    expect(found).toContain(`offramp_projection_transaction_seconds_count{${decisions}} 1`);
    expect(found).toContain(`offramp_repeats_dropped_total{${decisions},group="projector"} 2`);
    expect(found).toContain(`offramp_records_quarantined_total{${decisions},group="projector"} 0`);
    const content = 'topic="content.v1"';
    expect(found).toContain(`offramp_projected_entries_total{${content}} 2`);
    expect(found).toContain(`offramp_projection_transaction_seconds_count{${content}} 1`);
    expect(found).toContain(`offramp_records_quarantined_total{${content},group="projector"} 1`);
    expect(found).toContain(`offramp_next_offset{${decisions},group="projector",partition="0"} 4`);
    expect(found).toContain('offramp_partitions_owned{group="projector"} 1');
  } finally {
    await app.close();
    await readModels.close();
    await temporary.destroy();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
