/*
 * What docs/distributed.md tells a new user to type, in one shell, from nothing to four processes and back.
 *
 * @requires kafka
 * @requires postgres
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PAGE = readFileSync(join(root, 'docs', 'distributed.md'), 'utf8');
const SERVER = process.env['OFFRAMP_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
/** What the page leaves to a person: to see what fails, and to end what was started. */
const CAREFUL = `
set -eu
trap 'kill $PROCESSES 2>/dev/null || true; npm run -s kafka -- down >/dev/null 2>&1 || true' EXIT
PROCESSES=''
`;

/** Beyond it the shell is ended, and its trap ends the rest. */
const SCRIPT_MS_MAX = 180_000;

let dir: string;
let database: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'offramp-distributed-'));
  database = `offramp_page_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${database}`);
});

afterAll(async () => {
  await onServer(`DROP DATABASE ${database} WITH (FORCE)`);
  rmSync(dir, { recursive: true, force: true });
});

it('takes a new user from nothing to four processes, a verdict and what was made of it', async () => {
  const blocks = [...PAGE.matchAll(/```bash\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  const { code, out } = await bash(CAREFUL + blocks.join('\n'), {
    OFFRAMP_DATABASE_URL: url.href,
    OFFRAMP_DATA: join(dir, 'data'),
    TMPDIR: dir,
  });
  expect([code, out]).toEqual([0, expect.stringContaining('"verdict":"redirect"')]);
  expect(out).toContain('"stage":"redirecting"');
  for (const app of ['ingest', 'decider', 'projector', 'console']) expect(out).toContain(`The ${app} is ready`);
}, 240_000);

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function bash(script: string, env: Readonly<Record<string, string>>): Promise<{ code: number; out: string }> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  const options = { cwd: root, env: { ...Object.fromEntries(clean), ...env }, timeout: SCRIPT_MS_MAX };
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out: `${out}\n${err}` });
    });
  });
}
