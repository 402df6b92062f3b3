import { tenantIdSchema } from '@offramp/events';
import { type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { createApiKey, parseApiKey } from './api-key.js';
import { createKey, listKeys, revokeKey } from './key-changes.js';
import { requireKeyBeyondLoopback } from './key-before-others.js';
import { KnownKeys } from './known-keys.js';
import { ConfigError, parseConfig } from '../config/config.js';

const TIME = '2026-01-01T00:00:00.000Z';
const request = {
  tenant: tenantIdSchema.parse('acme'),
  scopes: ['read'],
  name: 'console',
  by: 'ops',
  time: TIME,
} as const;

let temporary: TemporaryLog;

beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
});

afterEach(() => temporary.destroy());

async function known(): Promise<KnownKeys> {
  const keys = new KnownKeys();
  await keys.read(temporary.log);
  return keys;
}

it('knows a key by its secret, over a restart of the log, until it is revoked', async () => {
  const { key, keyId } = await createKey(temporary.log, request);
  await temporary.reopen();
  expect((await known()).find(key)).toMatchObject({ keyId, tenant: 'acme', scopes: ['read'] });
  await revokeKey(temporary.log, { keyId, by: 'ops', time: TIME });
  expect((await known()).find(key)).toBeUndefined();
  expect(await listKeys(temporary.log)).toMatchObject([{ keyId, revokedAt: TIME, revokedBy: 'ops' }]);
});

it('knows nobody by a wrong secret, by an id alone, or by what is no key', async () => {
  const { key, keyId } = await createKey(temporary.log, request);
  const keys = await known();
  const other = createApiKey().key.split('_')[2]!;
  for (const wrong of ['', key.slice(0, -1), `${key}a`, `ofr_${keyId}_${other}`, key.toLowerCase(), `ofr_${keyId}_`]) {
    expect([wrong, keys.find(wrong)]).toEqual([wrong, undefined]);
  }
});

it('stores no secret', async () => {
  const { key } = await createKey(temporary.log, request);
  const { records } = await temporary.log.read('access.v1', 0, 0);
  expect(records).toHaveLength(1);
  expect(records[0]!.value.toString()).not.toContain(key.split('_')[2]!);
});

it('gives a revoked key no new life, and no other tenant its id', async () => {
  const { key, keyId } = await createKey(temporary.log, request);
  const [created] = (await temporary.log.read('access.v1', 0, 0)).records;
  await revokeKey(temporary.log, { keyId, by: 'ops', time: TIME });
  await temporary.log.append([{ topic: 'access.v1', partition: 0, records: [created!] }]);
  expect((await known()).find(key)).toBeUndefined();
});

it('revokes nothing where there is no such key', async () => {
  expect(await revokeKey(temporary.log, { keyId: 'AAAAAAAAAAAA', by: 'ops', time: TIME })).toBeUndefined();
});

it('makes keys that differ, of a form that it reads', () => {
  const keys = Array.from({ length: 200 }, createApiKey);
  expect(new Set(keys.map(({ key }) => key)).size).toBe(200);
  for (const { key, keyId, hash } of keys) expect(parseApiKey(key)).toEqual({ keyId, hash });
});

describe('listening where others can reach it', () => {
  const { config } = parseConfig({ OFFRAMP_HOST: '0.0.0.0' });

  it('is refused before there is a key, and after the last one was revoked', async () => {
    await expect(requireKeyBeyondLoopback(config, temporary.log)).rejects.toBeInstanceOf(ConfigError);
    const { keyId } = await createKey(temporary.log, request);
    await requireKeyBeyondLoopback(config, temporary.log);
    await revokeKey(temporary.log, { keyId, by: 'ops', time: TIME });
    await expect(requireKeyBeyondLoopback(config, temporary.log)).rejects.toThrow('offramp keys create');
  });

  it('needs no key on a loopback address', async () => {
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      await requireKeyBeyondLoopback({ ...config, host }, temporary.log);
    }
  });
});
