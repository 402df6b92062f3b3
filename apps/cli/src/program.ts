import { Command } from 'commander';
import { addDead } from './commands/dead.js';
import { addDemo } from './commands/demo.js';
import { addExport } from './commands/export.js';
import { addImport } from './commands/import.js';
import { addKeys } from './commands/keys.js';
import { addLog } from './commands/log.js';
import { addPolicy } from './commands/policy.js';
import { addRebuild } from './commands/rebuild.js';
import { addSql } from './commands/sql.js';
import { addStart } from './commands/start.js';
import { addThread } from './commands/thread.js';
import { addTopics } from './commands/topics.js';
import type { Session } from './session.js';
import { VERSION } from './version.js';

const WIDTH_OF_HELP = 100;

const ENVIRONMENT = `
Which installation: the data directory OFFRAMP_DATA (default ./data). Where a server runs on it,
commands go through that one; else they start one for as long as they take.

Exit codes: 0 done, 1 it found what it looks for, 2 bad usage, 3 unavailable.`;

/** The whole command line. Errors of usage throw commander's `CommanderError`; nothing here ends the process. */
export function createProgram(session: Session): Command {
  const program = new Command('offramp')
    .description('Ends an abusive conversation with an AI assistant as a last resort, and shows everyone why.')
    .version(VERSION)
    .addHelpText('after', ENVIRONMENT)
    .configureHelp({ helpWidth: WIDTH_OF_HELP })
    .exitOverride();
  addStart(program, session);
  addDemo(program, session);
  addImport(program, session);
  addExport(program, session);
  addLog(program, session);
  addThread(program, session);
  addPolicy(program, session);
  addRebuild(program, session);
  addDead(program, session);
  addKeys(program, session);
  addSql(program, session);
  addTopics(program, session);
  for (const command of withSubcommands(program)) command.copyInheritedSettings(program);
  return program;
}

/** Every command and subcommand, in the order of the help. */
export function withSubcommands(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...withSubcommands(child)]);
}
