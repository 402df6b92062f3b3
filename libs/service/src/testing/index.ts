export { HAS_TERMINAL, inTerminal } from './terminal-process.js';
export type { TerminalProcess } from './terminal-process.js';
