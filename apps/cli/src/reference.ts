import { createProgram, withSubcommands } from './program.js';
import type { Session } from './session.js';

/** Printing help runs no command, so there is nothing around it. */
const SESSION: Session = {
  env: {},
  terminal: {
    out: async () => undefined,
    outBytes: async () => undefined,
    err: () => undefined,
    redraw: () => undefined,
    ask: async () => undefined,
    canAsk: false,
    interactive: false,
    coloured: false,
    columns: 100,
  },
  exit: () => undefined,
};

const HEAD = [
  '# The command line',
  '',
  'The help of every command, as `npx offramp COMMAND --help` prints it in a clone. Written by `npm run generate`.',
  '',
].join('\n');

const FENCE = '```';

/** `docs/reference/cli.md`. */
export function reference(): Record<string, string> {
  const program = createProgram(SESSION);
  const sections = [program, ...withSubcommands(program)].map((command) => {
    const name = command === program ? 'offramp' : `offramp ${fullName(command)}`;
    return ['', `## ${name}`, '', `${FENCE}text`, helpOf(command), FENCE, ''].join('\n');
  });
  return { 'cli.md': [HEAD, ...sections].join('') };
}

type AnyCommand = ReturnType<typeof createProgram>;

function fullName(command: AnyCommand): string {
  const parent = command.parent;
  return parent === null || parent.parent === null ? command.name() : `${fullName(parent)} ${command.name()}`;
}

/** With what is added after the help, which `helpInformation` leaves out. */
function helpOf(command: AnyCommand): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text.trimEnd();
}
