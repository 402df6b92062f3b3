import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * One of the apps, as it runs in production: its built main.js, a process of its own, on a port of its own.
 */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const READY = /is ready at (http\S+)/;
const READY_WITHIN_MS = 60_000;
/** Of what a process logs, the end is kept. */
const SAID_MAX = 200_000;

/** @typedef {'ingest' | 'decider' | 'projector' | 'console'} AppName */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ended */

/** Those that are there, to be ended with us. @type {Set<AppProcess>} */
const running = new Set();

export class AppProcess {
  url = '';
  said = '';
  /** @type {Ended | undefined} */
  ended;

  /**
   * @param {string} name
   * @param {readonly string[]} command arguments of node
   * @param {Readonly<Record<string, string>>} env
   */
  constructor(name, command, env) {
    this.name = name;
    const clean = Object.entries(process.env).filter(([variable]) => !variable.startsWith('OFFRAMP_'));
    this.child = spawn(process.execPath, command, {
      cwd: ROOT,
      env: { ...Object.fromEntries(clean), ...env },
      // With a channel: it stops by itself where we are gone.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running.add(this);
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.said = `${this.said}${text}`.slice(-SAID_MAX);
    });
    /** @type {Promise<Ended>} */
    this.exit = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        running.delete(this);
        this.ended = { code, signal };
        resolve(this.ended);
      });
    });
    this.ready = this.#untilReady();
    this.ready.catch(() => undefined);
  }

  /** @param {AppName} app @param {{ env: Readonly<Record<string, string>>, imports?: readonly string[] }} options */
  static start(app, { env, imports = [] }) {
    const hooks = imports.flatMap((path) => ['--import', path]);
    return new AppProcess(app, [...hooks, join(ROOT, 'apps', app, 'dist', 'main.js')], env);
  }

  get pid() {
    return this.child.pid ?? 0;
  }

  /** @param {NodeJS.Signals} signal */
  send(signal) {
    this.child.kill(signal);
  }

  /** @returns {Promise<Ended>} */
  async kill() {
    this.send('SIGKILL');
    return this.exit;
  }

  /** In good order. @returns {Promise<Ended>} */
  async stop() {
    this.send('SIGTERM');
    return this.exit;
  }

  /** @param {string} path @param {RequestInit} [init] */
  async ask(path, init = {}) {
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(10_000), ...init });
  }

  /** Sum of a metric over all its labels. @param {string} name @param {RegExp} [labels] */
  async metric(name, labels = /./) {
    const lines = (await (await this.ask('/metrics')).text()).split('\n');
    const own = lines.filter(
      (line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && labels.test(line),
    );
    return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Whether the process hangs, as after SIGSTOP. Only where there is /proc. @returns {Promise<boolean>} */
  async isStopped() {
    const { readFile } = await import('node:fs/promises');
    const stat = await readFile(`/proc/${this.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  }

  /** @returns {Promise<void>} resolves when it serves; throws where it ends before */
  #untilReady() {
    return new Promise((resolve, reject) => {
      const fail = (/** @type {string} */ why) => reject(new Error(`${this.name} ${why}:\n${this.said.slice(-2000)}`));
      const timer = setTimeout(() => fail('was not ready in time'), READY_WITHIN_MS);
      void this.exit.then(({ code, signal }) => {
        clearTimeout(timer);
        fail(`has ended with ${code ?? signal}`);
      });
      let out = '';
      this.child.stdout?.setEncoding('utf8').on('data', (text) => {
        out += text;
        const [, url] = READY.exec(out) ?? [];
        if (url === undefined) return;
        clearTimeout(timer);
        this.url = url;
        resolve();
      });
    });
  }
}

/** Ends all that is left, at once. */
export async function killAll() {
  await Promise.all([...running].map((each) => each.kill()));
}

process.on('exit', () => {
  for (const each of running) each.send('SIGKILL');
});
