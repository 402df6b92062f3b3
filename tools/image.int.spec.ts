/*
 * The image without an engine: its tree is built as the Dockerfile says, made read-only, and its commands are run from it
 * with the variables of docker-compose.yml, as the user of the image where that can be had.
 *
 * @requires kafka
 * @requires postgres
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { parse } from 'yaml';
import { type BuiltImage, buildTree } from './image/build-tree.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const APPS = ['ingest', 'decider', 'projector', 'console'] as const;
type App = (typeof APPS)[number];
const BROKERS = process.env['OFFRAMP_TEST_KAFKA'] ?? '127.0.0.1:9092';
const SERVER = process.env['OFFRAMP_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const NAME = `offramp_image_${randomBytes(6).toString('hex')}`;
const BUILD_MS_MAX = 400_000;
/** The image's user. As root, permissions would mean nothing. */
const USER = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

let dir: string;
let image: BuiltImage;
const ports = new Map<App, number>();
const running: ChildProcess[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'offramp-image-'));
  chmodSync(dir, 0o755);
  image = buildTree(root, dir);
  execFileSync('chmod', ['-R', 'a-w,a+rX', join(image.root, 'app')]);
  await onServer(`CREATE DATABASE ${NAME}`);
  for (const app of APPS) ports.set(app, await freePort());
}, BUILD_MS_MAX);

afterAll(async () => {
  await Promise.all(running.map(stop));
  await onServer(`DROP DATABASE IF EXISTS ${NAME} WITH (FORCE)`);
  await deleteTopics();
  execFileSync('chmod', ['-R', 'u+w', dir]);
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

it('holds what runs, and nothing that only builds or tests', () => {
  const app = join(image.root, 'app');
  const unwanted = ['typescript', 'jest', 'testcontainers', '@grpc'].map((name) => `node_modules/${name}`);
  for (const file of [...unwanted, 'libs/log/src', 'apps/cli/src', 'tools']) {
    expect([file, existsSync(join(app, file))]).toEqual([file, false]);
  }
  expect(execFileSync('find', [join(app, 'libs'), join(app, 'apps'), '-name', '*.spec.*'], { encoding: 'utf8' })).toBe(
    '',
  );
  expect(statSync(join(app, 'libs')).mode & 0o222).toBe(0);
});

it('is alive only where a process answers', async () => {
  const { code, err } = await inImage(image.healthcheck, { OFFRAMP_PORT: String(ports.get('ingest')) });
  expect([code, err]).toEqual([1, expect.stringContaining('Not alive')]);
});

it('goes through the steps of docker-compose.yml up to a verdict and what was made of it', async () => {
  expect(await inImage([...image.entrypoint, 'topics', 'ensure'], environmentOf('topics'))).toMatchObject({ code: 0 });
  const keyless = await inImage([...image.entrypoint, 'console'], environmentOf('console'));
  expect([keyless.code, keyless.err]).toEqual([2, expect.stringContaining('offramp keys create')]);

  const firstKey = [...entrypointOf('first-key')];
  expect((await inImage(firstKey, environmentOf('first-key'))).out).toContain('The first key');
  expect((await inImage(firstKey, environmentOf('first-key'))).out).toContain('There is a key');
  const key = (await inImage([...firstKey, 'show'], {})).out.trim();
  expect(key).toMatch(/^ofr_/);
  expect(statSync(join(image.root, 'data', 'first-key')).mode & 0o077).toBe(0);

  for (const app of APPS) start(app);
  for (const app of APPS) {
    await until(async () => (await inImage(image.healthcheck, environmentOf(app))).code === 0);
    await until(async () => (await fetch(`http://127.0.0.1:${ports.get(app)}/readyz`)).ok);
  }
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=10' };
  const message = { threadId: 't1', messageId: 'u1', parentId: null, role: 'user', text: 'You are useless, shut up' };
  const posted = await fetch(`http://127.0.0.1:${ports.get('ingest')}/v1/messages`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify(message),
  });
  const verdict = (await posted.json()) as { verdict: string; position: string };
  expect(verdict).toMatchObject({ verdict: 'redirect' });
  const thread = `http://127.0.0.1:${ports.get('console')}/v1/threads/t1`;
  await until(async () => (await fetch(`${thread}?after=${verdict.position}`, { headers })).ok);
  expect((await fetch(thread)).status).toBe(401);
  const metrics = await (await fetch(`http://127.0.0.1:${ports.get('decider')}/metrics`)).text();
  expect(metrics).toContain('offramp_decisions_total{type="offramp.redirect.advised.v1"} 1');
  expect(metrics).toContain('offramp_partitions_owned{group="decider"} 8');
  await until(async () => {
    const clocks = await (await fetch(`http://127.0.0.1:${ports.get('ingest')}/metrics`)).text();
    return ['brokers', 'database'].every((of) => clocks.includes(`offramp_clock_off_seconds{of="${of}"} 0`));
  });
  for (const child of running) expect(await stop(child)).toBe(0);
}, 180_000);

it('runs the standalone server from the same read-only tree', async () => {
  const { code, out } = await inImage([...image.entrypoint, 'demo', '--exit', '--json'], {});
  expect([code, JSON.parse(out.trim().split('\n').at(-1)!)]).toMatchObject([0, { endedBranches: expect.any(Number) }]);
}, 120_000);

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
}
const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, Service>>;
};

/** As Compose gives it, but for the addresses: here all share one network and one cluster. */
function environmentOf(service: string): Record<string, string> {
  const given = Object.entries(services[service]!.environment ?? {});
  const filled = given.map(([name, value]) => [name, String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1')]);
  const url = new URL(SERVER);
  url.pathname = `/${NAME}`;
  const port = ports.get(service as App);
  return {
    ...(Object.fromEntries(filled) as Record<string, string>),
    OFFRAMP_KAFKA_BROKERS: BROKERS,
    OFFRAMP_TOPIC_PREFIX: `${NAME}.`,
    ...(given.some(([name]) => name === 'OFFRAMP_DATABASE_URL') && { OFFRAMP_DATABASE_URL: url.href }),
    ...(port !== undefined && { OFFRAMP_PORT: String(port) }),
  };
}

function entrypointOf(service: string): readonly string[] {
  return services[service]!.entrypoint!;
}

/** The arguments of a process in the image; paths of the image are below its root. */
function commandOf(command: readonly string[], env: Readonly<Record<string, string>>) {
  const [program = '', ...args] = command.map((word) => (/^\/(app|data)\//.test(word) ? join(image.root, word) : word));
  const outside = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] };
  const data = join(image.root, 'data');
  return {
    program: program === 'node' ? process.execPath : program,
    args,
    options: { cwd: join(image.root, 'app'), env: { ...outside, ...image.env, OFFRAMP_DATA: data, ...env }, ...USER },
  };
}

function inImage(words: readonly string[], env: Readonly<Record<string, string>>) {
  const { program, args, options } = commandOf(words, env);
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(program, args, options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

function start(app: App): void {
  const { program, args, options } = commandOf([...image.entrypoint, app], environmentOf(app));
  running.push(spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] }));
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  return child.exitCode;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false)));
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function deleteTopics(): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: BROKERS.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(NAME));
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
