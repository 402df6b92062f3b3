/** Reading an export: MB a second, and the memory that it takes, for one file of 500 MB. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leavesOf, openImport } from '../apps/cli/dist/importers/index.js';
import { report } from './shared/measure.mjs';

const FILE_MB = process.argv.includes('--quick') ? 50 : 500;
/** Of the process that reads; an importer that holds the file runs out of it. */
const HEAP_MB = 64;
const TEXT = 'A sentence of an ordinary length, about nothing in particular, with "quotes" and a \n line end. ';

/** A tree of 10 to 69 messages, with a branch after each seventh, as ChatGPT writes it. */
function conversation(number) {
  const mapping = { root: { id: 'root', parent: null, children: ['n0'], message: null } };
  for (let at = 0; at < 10 + (number % 60); at++) {
    const parent = at === 0 ? 'root' : `n${at % 7 === 6 ? at - 2 : at - 1}`;
    const content = { content_type: 'text', parts: [TEXT.repeat(1 + ((number * at) % 12))] };
    const message = { author: { role: at % 2 === 0 ? 'user' : 'assistant' }, create_time: 1.7e9 + at, content };
    mapping[`n${at}`] = { id: `n${at}`, parent, children: [], message: { ...message, recipient: 'all' } };
  }
  return { conversation_id: `c${number}`, mapping };
}

function writeExport(path) {
  const file = openSync(path, 'w');
  let bytes = 0;
  for (let number = 0; bytes < FILE_MB * 1e6; number++) {
    bytes += writeSync(file, `${number === 0 ? '[' : ','}\n${JSON.stringify(conversation(number))}`);
  }
  writeSync(file, ']');
  closeSync(file);
  return bytes;
}

async function readExport(path) {
  const counts = { threads: 0, messages: 0, branches: 0, problems: 0 };
  const started = performance.now();
  for await (const found of openImport([path])) {
    if (found.kind === 'problem') counts.problems++;
    else {
      counts.threads++;
      counts.messages += found.messages.length;
      counts.branches += leavesOf(found);
    }
  }
  const seconds = (performance.now() - started) / 1_000;
  process.stdout.write(JSON.stringify({ counts, seconds, rssMb: process.resourceUsage().maxRSS / 1_024 }));
}

function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'offramp-bench-'));
  try {
    const path = join(folder, 'conversations.json');
    const bytes = writeExport(path);
    const args = [`--max-old-space-size=${HEAP_MB}`, fileURLToPath(import.meta.url), '--read', path];
    const { counts, seconds, rssMb } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    const rows = [
      { name: 'read, split, parsed and ordered', value: Math.round(bytes / 1e6 / seconds), unit: 'MB/s' },
      { name: 'messages', value: Math.round(counts.messages / seconds), unit: 'messages/s' },
      { name: `resident memory, ${HEAP_MB} MB of heap allowed`, value: Math.round(rssMb), unit: 'MB' },
    ];
    report('import', rows, { fileMb: FILE_MB, ...counts });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const reading = process.argv.indexOf('--read');
if (reading === -1) measure();
else await readExport(process.argv[reading + 1]);
