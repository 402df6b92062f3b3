import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.mjs';

/*
 * Whether a container engine runs here. A `docker` on the PATH says nothing: it is a client, and there may be no engine. Where
 * there is no socket either, the answer costs nothing.
 */

const ANSWER_WITHIN_MS = 2000;

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @param {readonly string[]} [sockets] where an engine on this machine may listen
 * @returns {Promise<string | undefined>} where it was found
 */
export async function findDocker(env = process.env, sockets = usualSockets(env)) {
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') return (await hostAnswers(host, env)) ? `DOCKER_HOST=${host}` : undefined;
  for (const socket of sockets) if (existsSync(socket) && (await pings(socket))) return socket;
  return undefined;
}

/** Those that testcontainers looks for, in its order. @param {NodeJS.ProcessEnv} env */
export function usualSockets(env) {
  if (process.platform === 'win32') return ['//./pipe/docker_engine'];
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    '/var/run/docker.sock',
    ...(runtime === undefined || runtime === '' ? [] : [join(runtime, 'docker.sock')]),
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(homedir(), '.docker', 'desktop', 'docker.sock'),
    join('/run', 'user', String(userInfo().uid), 'docker.sock'),
  ];
}

/** Another machine's, perhaps by TLS or SSH: its own client knows how. @param {string} host @param {NodeJS.ProcessEnv} env */
async function hostAnswers(host, env) {
  if (host.startsWith('unix://')) return pings(host.slice('unix://'.length));
  const { code } = await runChild('docker', ['info'], { cwd: '.', output: 'capture', env });
  return code === 0;
}

/**
 * `GET /_ping`, the Docker Engine API's own question for it.
 * @param {string} socketPath
 * @returns {Promise<boolean>}
 */
function pings(socketPath) {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/_ping', timeout: ANSWER_WITHIN_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(false));
    asking.end();
  });
}
