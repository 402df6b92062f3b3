/*
 * Kafka over TLS, with name and password, as an operator sets it: by OFFRAMP_KAFKA_SSL and OFFRAMP_KAFKA_SASL_*, and by
 * NODE_EXTRA_CA_CERTS for an authority of one's own. Node reads that at its start, so these are processes.
 *
 * @requires brokers
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const STORE_PASSWORD = 'not-a-secret';
const PASSWORD = 'a-password-of-a-test';

let dir: string;
let broker: ChildProcess;
let secured: Record<string, string>;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'offramp-secured-'));
  createKeyStore();
  for (const [file, password] of [
    ['password', PASSWORD],
    ['wrong', 'another'],
  ] as const) {
    writeFileSync(join(dir, file), `${password}\n`, { mode: 0o600 });
  }
  const port = await freePort();
  broker = await startBroker({
    listeners: `SECURED://127.0.0.1:${port}`,
    'advertised.listeners': `SECURED://localhost:${port}`,
    'listener.security.protocol.map': 'SECURED:SASL_SSL',
    'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secured.plain.sasl.jaas.config': `${LOGIN} required user_offramp="${PASSWORD}";`,
    'ssl.keystore.location': join(dir, 'broker.p12'),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': STORE_PASSWORD,
  });
  secured = {
    OFFRAMP_DATA: join(dir, 'data'),
    OFFRAMP_KAFKA_BROKERS: `localhost:${port}`,
    OFFRAMP_KAFKA_SSL: 'true',
    OFFRAMP_KAFKA_SASL_MECHANISM: 'plain',
    OFFRAMP_KAFKA_SASL_USERNAME: 'offramp',
    OFFRAMP_KAFKA_SASL_PASSWORD_FILE: join(dir, 'password'),
    NODE_EXTRA_CA_CERTS: join(dir, 'authority.pem'),
  };
}, 90_000);

afterAll(async () => {
  const gone = once(broker, 'exit');
  broker.stdin!.end('down\n');
  await gone;
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

it('creates topics, writes and reads', async () => {
  const topics = await offramp(['topics', 'ensure'], secured);
  expect([topics.code, topics.out.split('\n').filter((line) => line.endsWith('created')).length > 5]).toEqual([
    0,
    true,
  ]);
  const created = await offramp(['keys', 'create', '--tenant', 'acme', '--scopes', 'read', '--json'], secured);
  expect([created.code, JSON.parse(created.out)]).toEqual([
    0,
    { key: expect.stringMatching(/^ofr_/), keyId: expect.any(String) },
  ]);
  const { keyId } = JSON.parse(created.out) as { keyId: string };
  const listed = await offramp(['keys', 'ls', '--json'], secured);
  expect([listed.code, JSON.parse(listed.out)]).toMatchObject([0, { keyId, tenant: 'acme' }]);
}, 60_000);

it('runs an app, which gets its partitions by the group', async () => {
  const decider = spawn(process.execPath, [join(root, 'apps', 'decider', 'dist', 'main.js')], {
    env: environment({ ...secured, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { value } = await createInterface({ input: decider.stdout })[Symbol.asyncIterator]().next();
    const url = /http:\S+/.exec(String(value))![0];
    let text = '';
    while (!text.includes('offramp_partitions_owned{group="decider"} 8')) {
      text = await (await fetch(`${url}/metrics`)).text();
    }
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  } finally {
    const gone = once(decider, 'exit');
    decider.kill('SIGTERM');
    await gone;
  }
}, 60_000);

it('trusts nobody but the authorities it was told of', async () => {
  const { NODE_EXTRA_CA_CERTS: _, ...untold } = secured;
  const { code, err } = await offramp(['topics', 'ensure'], untold);
  expect([code, err]).toEqual([3, expect.stringContaining('certificate')]);
}, 90_000);

it('says so where the password is wrong, and does not show it', async () => {
  const wrong = { ...secured, OFFRAMP_KAFKA_SASL_PASSWORD_FILE: join(dir, 'wrong') };
  const { code, err } = await offramp(['topics', 'ensure'], wrong);
  expect([code, err]).toEqual([2, expect.stringMatching(/authentication failed/i)]);
  expect(err).not.toContain('another');
}, 90_000);

function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  return { ...Object.fromEntries(clean), ...more };
}

function offramp(args: readonly string[], env: Readonly<Record<string, string>>) {
  const main = join(root, 'apps', 'cli', 'dist', 'main.js');
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env: environment(env) }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

/** Its own certificate is its authority. keytool comes with the Java that the broker needs. */
function createKeyStore(): void {
  const store = ['-keystore', 'broker.p12', '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD, '-alias', 'broker'];
  const key = ['-keyalg', 'RSA', '-keysize', '2048', '-validity', '2', '-dname', 'CN=localhost'];
  const keytool = (...args: string[]) => execFileSync('keytool', args, { cwd: dir, stdio: 'ignore' });
  keytool('-genkeypair', ...store, ...key, '-ext', 'SAN=DNS:localhost', '-ext', 'BC=ca:true');
  keytool('-exportcert', '-rfc', '-file', 'authority.pem', ...store);
}

/** As of `npm run kafka`; it dies with this process. */
async function startBroker(settings: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const command = [join(root, 'tools', 'run.mjs'), 'kafka', 'up', '--attached', ...sets];
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (line.done === true) throw new Error('the broker did not start; what it said stands above');
  return child;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
