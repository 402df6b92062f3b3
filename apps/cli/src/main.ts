import { run } from './run.js';
import { processTerminal } from './terminal.js';

process.exitCode = await run({ args: process.argv.slice(2), env: process.env, terminal: processTerminal() });
