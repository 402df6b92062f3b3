/*
 * A schema that a newer program has made: whatever opens the read models says so and ends with exit code 3, and leaves them as
 * they are. Here in the data directory of the standalone; `newer-schema-distributed.int.spec.ts` has the processes over a server.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CLI = join(root, 'apps', 'cli', 'dist', 'main.js');
const STANDALONE = join(root, 'apps', 'standalone', 'dist', 'main.js');
/** Opens the database of a directory, and gives it one statement. */
const PGLITE = `
  const { PGlite } = await import('@electric-sql/pglite');
  const database = await PGlite.create({ dataDir: process.argv[1] });
  console.log(JSON.stringify((await database.query(process.argv[2])).rows));
  await database.close();`;

let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offramp-newer-'));
  dataDir = join(folder, 'data');
  expect(await run([CLI, 'sql', 'SELECT 1 AS one', '--json'])).toMatchObject({ code: 0 });
  await statement(`INSERT INTO offramp_v1.migrations ("timestamp", name) VALUES (9, 'Tomorrow9') RETURNING name`);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: readonly string[]): Promise<{ code: number; said: string }> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  const env = { ...Object.fromEntries(clean), OFFRAMP_DATA: dataDir, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn' };
  return new Promise((resolve) => {
    execFile(process.execPath, [...command], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: out + err });
    });
  });
}

async function statement(sql: string): Promise<unknown> {
  const args = ['--input-type=module', '-e', PGLITE, join(dataDir, 'postgres'), sql];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(root, 'libs', 'read-models') });
  return JSON.parse(stdout);
}

it.each([
  ['the standalone', [STANDALONE]],
  ['offramp sql', [CLI, 'sql', 'SELECT * FROM threads']],
  ['offramp rebuild --status', [CLI, 'rebuild', '--status']],
  ['offramp dead ls', [CLI, 'dead', 'ls']],
  ['offramp thread show', [CLI, 'thread', 'show', 't1']],
])(
  '%s refuses it, and names what it does not know',
  async (_name, command) => {
    const { code, said } = await run(command);
    expect([code, said]).toEqual([3, expect.stringContaining('newer version of Offramp (unknown here: Tomorrow9)')]);
  },
  60_000,
);

it('is left as it is', async () => {
  const names = await statement('SELECT name FROM offramp_v1.migrations ORDER BY id');
  expect((names as { name: string }[]).at(-1)).toEqual({ name: 'Tomorrow9' });
}, 60_000);
