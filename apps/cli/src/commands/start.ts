import type { Command } from 'commander';
import { dataDirectory } from '../installation.js';
import { startServer } from '../server-process.js';
import type { Session } from '../session.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function addStart(program: Command, session: Session): void {
  program
    .command('start')
    .summary('start Offramp standalone')
    .description(
      'Starts Offramp standalone: everything in one process, durable in the data directory (OFFRAMP_DATA, default ./data), ' +
        'at http://OFFRAMP_HOST:OFFRAMP_PORT (default 127.0.0.1:8420). Ctrl-C stops it in good order, a second one at once. ' +
        'A second server on the same directory is refused with exit code 3.',
    )
    .option('--json', 'print one JSON object, {"url": …}, when the server is ready')
    .action(async (options: { json?: boolean }) => {
      session.exit(await start(session, options.json === true));
    });
}

/** Resolves with the exit code of the server. */
async function start({ env, terminal }: Session, json: boolean): Promise<number> {
  const server = startServer({ ...env, OFFRAMP_DATA: dataDirectory(env) }, json ? 'ignore' : 'inherit');
  for (const signal of SIGNALS) process.on(signal, server.kill);
  try {
    const start = await server.started;
    if (json && 'ready' in start) await terminal.out(JSON.stringify({ url: start.ready }));
    return await server.exited;
  } finally {
    for (const signal of SIGNALS) process.off(signal, server.kill);
  }
}
