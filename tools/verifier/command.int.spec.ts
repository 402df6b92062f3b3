/*
 * The command over real topics.
 *
 * @requires kafka
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOPICS } from '@offramp/events';
import { climb, harmful, message } from '@offramp/ladder/testing';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '@offramp/log';
import type { DecidedHistory, LogRecord } from './testing/decided-history.js';
import { told, withSaid } from './testing/tampering.js';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));

let folder: string;
let temporary: TemporaryKafkaLog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offramp-verifier-'));
  temporary = await openTemporaryKafkaLog({ partitions: 1 });
});
afterEach(async () => {
  await temporary.destroy();
  rmSync(folder, { recursive: true });
});

it('finds nothing where nothing is, and nothing in an honest history', async () => {
  expect(await verify()).toMatchObject({ code: 0, report: { ok: true, counts: { inputs: 0 } } });
  await write(told(climb(4), harmful('u5'), message('u6')));
  const { code, out, report } = await verify();
  expect([code, report.violations]).toEqual([0, []]);
  expect(report.counts).toMatchObject({ partitions: 1, inputs: 10, messages: 10, decisions: 10, ends: 1 });
  expect(out).toContain('LAST-RESORT holds');
});

it('names what is broken with its position, and misses what a sender was told', async () => {
  const honest = told(climb(4), harmful('u5'), message('u6'));
  const changed = (said: { data: object }) => ({ ...said, data: { ...said.data, verdict: 'continue' } });
  await write(withSaid(honest, (said) => [...said, changed(said.at(-2)!) as never]));
  const acknowledged = join(folder, 'acknowledged.ndjson');
  writeFileSync(acknowledged, '{"position":"0:10","id":"acme/t1/lost"}\n');
  const { code, out, report } = await verify('--acknowledged', acknowledged);
  expect(code).toBe(1);
  expect(report.violations.map(({ check, position }) => [check, position])).toEqual([
    ['NO-DUP', '0:9'],
    ['NO-LOSS', '0:10'],
  ]);
  expect(out).toContain('  0:9  MessageRefused (index 0) was said again in other words');
});

async function write({ inbound, decisions }: DecidedHistory): Promise<void> {
  const records = (all: readonly LogRecord[]) => all.map(({ key, value }) => ({ key, value: Buffer.from(value) }));
  await temporary.log.append([
    { topic: TOPICS.inbound, partition: 0, records: records(inbound) },
    { topic: TOPICS.decisions, partition: 0, records: records(decisions) },
  ]);
}

interface Report {
  readonly ok: boolean;
  readonly counts: object;
  readonly violations: readonly { readonly check: string; readonly position: string }[];
}

function verify(...more: string[]): Promise<{ code: number; out: string; report: Report }> {
  const { brokers, topicPrefix } = temporary.options;
  const args = [MAIN, '--brokers', brokers.join(','), '--prefix', topicPrefix, '--json', ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, out) => {
      const report = JSON.parse(out.trim().split('\n').at(-1)!) as Report;
      resolve({ code: error === null ? 0 : Number(error.code), out, report });
    });
  });
}
