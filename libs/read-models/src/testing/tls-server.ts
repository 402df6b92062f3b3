import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A Postgres server of a test's own that talks TLS and nothing else, with an authority of its own. */
export interface TlsServer {
  /** Over `localhost`; `parameters` as in `sslmode=verify-full`. */
  url(parameters: string): string;
  /** Of the authority that signed the server's certificate. */
  readonly authority: string;
  /** Of another one, that signed nothing. */
  readonly otherAuthority: string;
  /** Starts again with a certificate for another host. */
  moveTo(host: string): void;
  stop(): void;
}

const USER = 'postgres';
const HBA = 'hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n';

/** What is missing here to start one; undefined: nothing. */
export function missingForTlsServer(): string | undefined {
  if (programs() === undefined) return 'initdb and pg_ctl';
  return onPath('openssl') === undefined ? 'openssl' : undefined;
}

export async function startTlsServer(): Promise<TlsServer> {
  const bin = programs()!;
  const dir = mkdtempSync(join(tmpdir(), 'offramp-tls-'));
  chmodSync(dir, 0o755);
  const own = join(dir, 'server');
  mkdirSync(own);
  const data = join(own, 'data');
  const owner = ownerOf(own);
  const run = (program: string, args: readonly string[]): void =>
    void execFileSync(join(bin, program), args, { stdio: 'ignore', cwd: own, ...owner });
  const certify = (host: string): void => {
    signFor(host, dir, data);
    for (const file of ['server.key', 'server.crt'])
      if (owner.uid !== undefined) chownSync(join(data, file), owner.uid, owner.gid!);
  };
  for (const name of ['authority', 'other']) createAuthority(name, dir);
  run('initdb', ['-D', data, '-U', USER, '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync']);
  certify('localhost');
  writeFileSync(join(data, 'pg_hba.conf'), HBA);
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=localhost -c unix_socket_directories= -c fsync=off -c ssl=on`;
  const control = (...command: readonly string[]): void => run('pg_ctl', ['-D', data, '-w', '-t', '60', ...command]);
  control('-l', join(own, 'log'), '-o', options, 'start');
  return {
    url: (parameters) => `postgres://${USER}@localhost:${port}/postgres?${parameters}`,
    authority: join(dir, 'authority.crt'),
    otherAuthority: join(dir, 'other.crt'),
    moveTo(host) {
      control('-m', 'fast', 'stop');
      certify(host);
      control('-l', join(own, 'log'), '-o', options, 'start');
    },
    stop() {
      control('-m', 'immediate', 'stop');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function createAuthority(name: string, dir: string): void {
  const subject = ['-subj', `/CN=${name} of a test`, '-days', '2'];
  openssl(dir, [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.crt`,
    ...subject,
  ]);
}

function signFor(host: string, dir: string, data: string): void {
  writeFileSync(join(dir, 'names.cnf'), `subjectAltName=DNS:${host}\n`);
  const [key, certificate] = [join(data, 'server.key'), join(data, 'server.crt')];
  openssl(dir, ['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', 'server.csr', '-subj', `/CN=${host}`]);
  const authority = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial', '-days', '1'];
  openssl(dir, ['x509', '-req', '-in', 'server.csr', '-out', certificate, ...authority, '-extfile', 'names.cnf']);
  chmodSync(key, 0o600);
}

function openssl(cwd: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd, stdio: 'ignore' });
}

/** Postgres does not run as root; its package brings a user for it. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
  const owner = { uid: id('-u'), gid: id('-g') };
  chownSync(folder, owner.uid, owner.gid);
  return owner;
}

/** The folder of initdb and pg_ctl: distributions keep them off the PATH. */
function programs(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  const path = onPath('initdb');
  return [...folders, ...(path === undefined ? [] : [path])].find((folder) => existsSync(join(folder, 'pg_ctl')));
}

function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '').split(delimiter).find((folder) => existsSync(join(folder, program)));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, 'localhost', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
