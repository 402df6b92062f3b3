import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { say } from './say.mjs';

/**
 * Hands this process over to the CLI. In the same process, because then signals, exit codes and the terminal are the
 * CLI's own, and nothing stands between it and whoever started it.
 * @param {string} root
 * @param {readonly string[]} args
 */
export async function runCli(root, args) {
  const main = join(root, 'apps', 'cli', 'dist', 'main.js');
  if (!existsSync(main)) {
    say('The CLI has no main.js in apps/cli/dist; apps/cli/src/main.ts is missing.');
    return 1;
  }
  await handOver(main, args);
  return undefined;
}

/**
 * One of the processes of the distributed mode.
 * @param {string} root
 * @param {string} app
 * @param {readonly string[]} args
 */
export async function runApp(root, app, args) {
  await handOver(join(root, 'apps', app, 'dist', 'main.js'), args);
  return undefined;
}

/**
 * @param {string} script absolute
 * @param {readonly string[]} args
 */
export async function handOver(script, args) {
  endWithStarter();
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
}

const LOOK_EVERY_MS = 500;

/**
 * npm runs us by a shell, and a signal that ends npm ends that shell and no more. Whoever ends `npm start` means the server,
 * so it gets the signal here, once its shell is gone.
 */
function endWithStarter() {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return;
  const starter = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
