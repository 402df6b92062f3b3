/* Against a server of its own, that talks TLS only; it needs the programs of Postgres and openssl. @requires postgres */
import { openQueries } from '../queries/open-queries.js';
import { onServer } from '../testing/databases.js';
import { type TlsServer, missingForTlsServer, startTlsServer } from '../testing/tls-server.js';
import { openDatabase } from './open-database.js';

const ENCRYPTION_SQL = 'SELECT pid, ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
interface Encryption {
  readonly pid: number;
  readonly ssl: boolean;
  readonly version: string;
}

const missing = missingForTlsServer();

(missing === undefined ? describe : describe.skip)(`A database over TLS (missing: ${missing ?? 'nothing'})`, () => {
  let server: TlsServer;
  beforeAll(async () => {
    server = await startTlsServer();
  }, 60_000);
  afterAll(() => server.stop());

  const verified = (authority: string): string => server.url(`sslmode=verify-full&sslrootcert=${authority}`);

  it('is opened where its certificate is what sslmode=verify-full asks for, and every connection is encrypted', async () => {
    const { database, close } = await openDatabase({ url: verified(server.authority), connections: 2 });
    const seen = await database.transaction(async (session) => [
      ...(await session.query<Encryption>(ENCRYPTION_SQL)),
      ...(await database.query<Encryption>(ENCRYPTION_SQL)),
    ]);
    expect(seen).toEqual([1, 2].map(() => ({ pid: expect.any(Number) as number, ssl: true, version: 'TLSv1.3' })));
    expect(new Set(seen.map(({ pid }) => pid)).size).toBe(2);
    await close();
  });

  it('answers questions of a process that builds no read models, its clock among them', async () => {
    const readModels = openQueries({ url: verified(server.authority) });
    const before = Date.now();
    const time = await readModels.clock();
    expect([time >= before - 1000, time <= Date.now() + 1000]).toEqual([true, true]);
    expect(await readModels.queries.decision('acme', 'none')).toBeUndefined();
    await readModels.close();
  });

  it('is refused where another authority is trusted, or only those of the system', async () => {
    for (const url of [verified(server.otherAuthority), server.url('sslmode=verify-full')]) {
      await expect(openDatabase({ url })).rejects.toMatchObject({
        message: expect.stringMatching(/cannot be opened: .*certificate/) as string,
        retriable: false,
      });
      const readModels = openQueries({ url });
      await expect(readModels.clock()).rejects.toThrow(/certificate/);
      await readModels.close();
    }
  });

  it('is not reached without TLS', async () => {
    await expect(openDatabase({ url: server.url('sslmode=disable') })).rejects.toThrow(/no encryption/);
  });

  it('is refused where the certificate is for another host', async () => {
    const url = verified(server.authority);
    server.moveTo('elsewhere.example');
    await expect(openDatabase({ url })).rejects.toThrow(/altnames|does not match/);
    await expect(onServer(url, 'SELECT 1')).rejects.toThrow(/altnames|does not match/);
  }, 60_000);
});
