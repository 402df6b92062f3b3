import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

/*
 * A Postgres server of our own, so that it may be killed. It does not run as root, where a user `postgres` is there for it.
 */

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** There is no Postgres to start here. */
export class NoPostgres extends Error {}

export class OwnPostgres {
  /** @param {{ bin: string, dir: string, port: number }} place */
  constructor({ bin, dir, port }) {
    this.bin = bin;
    this.dir = dir;
    this.port = port;
  }

  /** @param {string} folder @returns {Promise<OwnPostgres>} */
  static async start(folder) {
    const bin = programs();
    if (bin === undefined) throw new NoPostgres('There is no initdb and pg_ctl here; install postgresql.');
    const dir = join(folder, 'postgres');
    mkdirSync(dir);
    chmodSync(folder, 0o755);
    if (isRoot) execFileSync('chown', ['postgres', dir]);
    const server = new OwnPostgres({ bin, dir, port: await freePort() });
    const initdb = ['-D', server.data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
    await server.#program('initdb', initdb);
    await server.start();
    return server;
  }

  get data() {
    return join(this.dir, 'data');
  }

  /** @param {string} database */
  url(database) {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Also after it was killed, on its data. */
  async start() {
    const options = `-p ${this.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${this.dir} -c fsync=off -c max_connections=200`;
    const start = ['-D', this.data, '-w', '-t', '60', '-l', join(this.dir, 'log'), '-o', options, 'start'];
    await this.#program('pg_ctl', start);
  }

  /** As it was in the beginning. */
  async restore() {
    if (!existsSync(join(this.data, 'postmaster.pid')) || !isAlive(this.#pid)) await this.start();
    await this.query('postgres', 'ALTER SYSTEM RESET ALL');
    await this.query('postgres', 'SELECT pg_reload_conf()');
  }

  get #pid() {
    return Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** As a crash would: the server and all its sessions at once. */
  async kill() {
    const pid = this.#pid;
    const children = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
    for (const each of [pid, ...children.map(Number)]) kill(each);
    while ([pid, ...children.map(Number)].some(isAlive)) await new Promise((resolve) => void setTimeout(resolve, 20));
  }

  async stop() {
    if (!existsSync(join(this.data, 'postmaster.pid'))) return;
    await this.#program('pg_ctl', ['-D', this.data, '-m', 'immediate', '-w', 'stop']).catch(() => undefined);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /**
   * @param {string} database
   * @param {string} sql
   * @param {unknown[]} [values]
   * @returns {Promise<Record<string, any>[]>}
   */
  async query(database, sql, values = []) {
    const client = new pg.Client({ connectionString: this.url(database), connectionTimeoutMillis: 5000 });
    client.on('error', () => undefined); // Told by the call that fails.
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** @param {string} name @param {readonly string[]} args */
  async #program(name, args) {
    const program = join(this.bin, name);
    const [command, ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', program, ...args] : [program, ...args];
    // The server inherits what it gets, and would keep a pipe of ours open.
    await run('sh', ['-c', 'exec "$@" >/dev/null 2>&1', 'sh', command ?? '', ...rest], { cwd: this.dir });
  }
}

function programs() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env['PATH'] ?? '').split(':');
  const folders = [...versions.map((version) => join(root, version, 'bin')), ...onPath];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')));
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone with the others.
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
