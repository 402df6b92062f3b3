/* The image's only entry: the apps of the distributed mode by their names, and every other word is for `offramp`. */
import { fileURLToPath } from 'node:url';

const APPS = ['ingest', 'decider', 'projector', 'console'];

const [command = '', ...rest] = process.argv.slice(2);
const isApp = APPS.includes(command);
const script = new URL(`../../apps/${isApp ? command : 'cli'}/dist/main.js`, import.meta.url);
process.argv = [process.execPath, fileURLToPath(script), ...(isApp ? rest : process.argv.slice(2))];
await import(script.href);
