import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaEnvironment } from './containers.mjs';
import { findDocker } from './docker.mjs';
import { findServices, inContainer } from './services.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

describe('an engine', () => {
  let dir: string;
  let socket: string;
  let engine: Server | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'offramp-docker-'));
    socket = join(dir, 'docker.sock');
  });

  afterEach(async () => {
    if (engine !== undefined) await new Promise((resolve) => void engine!.close(resolve));
    engine = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  async function answering(status: number): Promise<void> {
    engine = createServer((request, answer) => answer.writeHead(request.url === '/_ping' ? status : 404).end());
    engine.listen(socket);
    await once(engine, 'listening');
  }

  it('is there where its socket answers', async () => {
    await answering(200);
    expect(await findDocker({}, [join(dir, 'another.sock'), socket])).toBe(socket);
    expect(await findDocker({ DOCKER_HOST: `unix://${socket}` }, [])).toBe(`DOCKER_HOST=unix://${socket}`);
  });

  it('is not there where there is no socket, one that is no socket, or one that refuses', async () => {
    expect(await findDocker({}, [socket])).toBeUndefined();
    expect(await findDocker({ DOCKER_HOST: `unix://${socket}` }, [])).toBeUndefined();
    writeFileSync(join(dir, 'file.sock'), '');
    expect(await findDocker({}, [join(dir, 'file.sock')])).toBeUndefined();
    await answering(500);
    expect(await findDocker({}, [socket])).toBeUndefined();
  });

  it('on another machine is asked by its own client, and a client alone is none', async () => {
    expect(await findDocker({ ...process.env, DOCKER_HOST: 'tcp://127.0.0.1:1' }, [])).toBeUndefined();
    expect(await findDocker({ PATH: dir, DOCKER_HOST: 'tcp://127.0.0.1:1' }, [])).toBeUndefined();
  });
});

describe('Kafka and Postgres', () => {
  const own = { had: true, why: 'a server here', env: { OFFRAMP_TEST_DATABASE_URL: 'postgres://here' } };
  const none = { had: false, why: 'start one', env: {} };
  const nothing = {
    env: {},
    docker: () => Promise.resolve<string | undefined>(undefined),
    missingForKafka: (): string | undefined => 'Java',
    localPostgres: () => Promise.resolve(none),
  };
  const docker = () => Promise.resolve<string | undefined>('/a.sock');

  it('are missing, with what would help, where there is nothing', async () => {
    const { kafka, brokers, postgres } = await findServices(root, nothing);
    expect(kafka).toEqual({
      had: false,
      why: 'set OFFRAMP_TEST_KAFKA to a broker, start Docker, or install Java',
      env: {},
    });
    expect([brokers.had, postgres]).toEqual([false, none]);
  });

  it('are what this machine has, where there is no engine', async () => {
    const looks = { ...nothing, missingForKafka: () => undefined, localPostgres: () => Promise.resolve(own) };
    const { kafka, brokers, postgres } = await findServices(root, looks);
    expect(kafka).toMatchObject({ had: true, why: 'a broker of our own, as of npm run kafka' });
    expect([brokers.had, postgres]).toEqual([true, own]);
  });

  it('are containers where an engine runs, of the images of docker-compose.yml; brokers to be killed are not', async () => {
    const { kafka, brokers, postgres } = await findServices(root, { ...nothing, docker });
    expect(kafka.why).toMatch(/^a container of apache\/kafka:[\d.]+, by Docker at \/a\.sock$/);
    expect(postgres.why).toMatch(/^a container of postgres:[\d.]+-bookworm, by Docker at \/a\.sock$/);
    expect([typeof kafka.start, typeof postgres.start, brokers.had]).toEqual(['function', 'function', false]);
  });

  it('are those that are given, and then nobody looks for an engine', async () => {
    const looks = {
      ...nothing,
      env: { OFFRAMP_TEST_KAFKA: '127.0.0.1:1', OFFRAMP_TEST_DATABASE_URL: 'postgres://127.0.0.1:1/none' },
      docker: () => Promise.reject(new Error('nobody should ask')),
    };
    const { kafka, postgres } = await findServices(root, looks);
    expect(kafka).toMatchObject({ had: false, why: 'nothing answers at OFFRAMP_TEST_KAFKA=127.0.0.1:1' });
    expect(postgres).toMatchObject({ had: false, why: expect.stringContaining('OFFRAMP_TEST_DATABASE_URL') });
  });

  it('fall back to what is here where a container does not start, and say why where nothing is', async () => {
    const failing = () => Promise.reject(new Error('no such image'));
    expect(await inContainer('postgres:17', '/a.sock', failing, own).start!()).toMatchObject({ env: own.env });
    const started = { env: { OFFRAMP_TEST_KAFKA: 'localhost:1' }, stop: () => Promise.resolve() };
    const byStart = { ...own, env: {}, start: () => Promise.resolve(started) };
    expect(await inContainer('kafka:4', '/a.sock', failing, byStart).start!()).toBe(started);
    await expect(inContainer('kafka:4', '/a.sock', failing, none).start!()).rejects.toThrow(
      'no container of kafka:4 (no such image); start one',
    );
  });

  it('say that a broker is where its clients find it, inside and outside', () => {
    const env = kafkaEnvironment(23_456);
    expect(env['KAFKA_LISTENERS']).toContain('CLIENTS://:23456');
    expect(env['KAFKA_ADVERTISED_LISTENERS']).toBe('CLIENTS://localhost:23456');
  });
});
