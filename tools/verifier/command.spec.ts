import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url));

it('says how it is used, and what is wrong with how it was', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('NO-LOSS, NO-DUP, ORDER') });
  expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('--brokers HOST:PORT') });
  expect(await run('--brokers', 'a:1', '--nonsense')).toMatchObject({
    code: 2,
    err: expect.stringContaining('nonsense'),
  });
});

it('says which line of the acknowledged messages it cannot read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offramp-verifier-'));
  try {
    const file = join(folder, 'acknowledged.ndjson');
    writeFileSync(file, '{"position":"0:1","id":"a/t/m"}\n\n{"position":"0:2"}\n');
    const answer = await run('--brokers', 'a:1', '--acknowledged', file);
    expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('line 3: it has no position and id') });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says that Kafka is not there', async () => {
  const answer = await run('--brokers', '127.0.0.1:1');
  expect(answer).toMatchObject({ code: 3, err: expect.stringContaining('Kafka at 127.0.0.1:1') });
});

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
