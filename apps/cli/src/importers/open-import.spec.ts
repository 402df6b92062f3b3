import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Imported } from './conversation.js';
import { NoSuchPath } from './files.js';
import { IMPORTERS } from './formats.js';
import { type ImportOptions, openImport } from './open-import.js';
import { type Piece, splitLines, splitValues } from './split-json.js';
import { allOf } from './testing/all-of.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-import-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function importing(files: Readonly<Record<string, string | Buffer>>, options?: ImportOptions) {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return allOf(openImport([folder], options));
}

const inShort = (found: readonly Imported[]) =>
  found.map((one) => (one.kind === 'problem' ? `${one.where.slice(folder.length + 1)} ${one.message}` : one.threadId));
const chat = (id: string, text = 'Hi') => JSON.stringify({ id, messages: [{ role: 'user', content: text }] });

describe('files and folders', () => {
  it('are read in the order of their names, packed or not, without what exports put beside conversations', async () => {
    const found = await importing({
      'b.jsonl.gz': gzipSync(`${chat('3')}\n${chat('4')}\n`),
      'a.json': `[${chat('1')},\n ${chat('2')}]`,
      'c/deep.ndjson': chat('5'),
      'd.json': JSON.stringify(JSON.parse(chat('6')), undefined, 2),
      'e.json': gzipSync(`\ufeff[${chat('7')}]`),
      'f.json': `${chat('8')}\n\n${chat('9')}\r\n`,
      'users.json': '[{"uuid":"someone"}]',
      'notes.txt': 'not an export',
      '.hidden.json': '{}',
    });
    expect(inShort(found)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => `chat-completions:${id}`));
  });

  it('are told apart by their heads, also where a line is too long to be seen whole', async () => {
    const long = (id: string) => chat(id, 'x'.repeat(70_000));
    const list = `[{"role":"user","content":"${'x'.repeat(70_000)}"},{"role":"assistant","content":"y"}]`;
    const found = await importing({
      'a.jsonl': `${long('1')}\n{"messages": [\n${chat('2')}`,
      'b.json': `[${long('3')},${chat('4')}]`,
      'c.jsonl': `${list}\n${list}`,
      'd.jsonl': `[${long('5')},${chat('6')}]`,
    });
    expect(inShort(found).map((line) => line.replace(/[0-9a-f]{16}$/, 'HASH'))).toEqual([
      'chat-completions:1',
      'a.jsonl: line 2 is not whole JSON',
      'chat-completions:2',
      'chat-completions:3',
      'chat-completions:4',
      'chat-completions:HASH',
      'chat-completions:HASH',
      'chat-completions:5',
      'chat-completions:6',
    ]);
  });

  it('that are not there are a mistake in the command', async () => {
    await expect(allOf(openImport([join(folder, 'nowhere')]))).rejects.toThrow(NoSuchPath);
  });

  it('that break off report it and do not end the import', async () => {
    const packed = gzipSync(
      Array.from({ length: 3_000 }, (_, at) => chat(String(at), String(Math.sin(at)))).join('\n'),
    );
    const found = await importing({
      'a.jsonl.gz': packed.subarray(0, packed.length / 2),
      'b.json': `[${chat('1')}, {"messages": [`,
      'c.jsonl': chat('2'),
    });
    expect(inShort(found).slice(-4)).toEqual([
      expect.stringMatching(/^a\.jsonl\.gz can't be read on: /),
      'chat-completions:1',
      'b.json: conversation 2 is cut off: the file ends in the middle',
      'chat-completions:2',
    ]);
  });
});

describe('one bad conversation', () => {
  it('is reported in its place, without its words, and the rest goes on', async () => {
    const found = await importing({
      'a.jsonl': [chat('1'), '{"messages": [secret', 'null', chat('2'), '{"some":"thing"}', '', chat('3')].join('\n'),
      'b.json': `[${chat('4')}, {"messages": nonsense}, 7, ${chat('5')}]`,
    });
    expect(inShort(found)).toEqual([
      'chat-completions:1',
      'a.jsonl: line 2 is not whole JSON',
      expect.stringMatching(/^a\.jsonl: line 3 is not a conversation in a known format/),
      'chat-completions:2',
      expect.stringMatching(/^a\.jsonl: line 5 is not a conversation in a known format/),
      'chat-completions:3',
      'chat-completions:4',
      'b.json: conversation 2 is not whole JSON',
      expect.stringMatching(/^b\.json: conversation 3 is not a conversation in a known format/),
      'chat-completions:5',
    ]);
  });

  it('of another format than the one that was asked for is one', async () => {
    const found = await importing({ 'a.jsonl': chat('1') }, { format: 'claude' });
    expect(inShort(found)).toEqual(['a.jsonl: line 1 is not a conversation in the format claude']);
  });

  it('that is too large is refused without being held', async () => {
    const files = { 'a.jsonl': [chat('1'), chat('2', 'x'.repeat(500)), chat('3')].join('\n') };
    const array = { 'b.json': `[${chat('4')},${chat('5', 'x'.repeat(500))},${chat('6')}]` };
    expect(inShort(await importing({ ...files, ...array }, { maxBytes: 400 }))).toEqual([
      'chat-completions:1',
      expect.stringMatching(/^a\.jsonl: line 2 is larger \(\d+ bytes\) than the 400 bytes/),
      'chat-completions:3',
      'chat-completions:4',
      expect.stringMatching(/^b\.json: conversation 2 is larger \(\d+ bytes\) than the 400 bytes/),
      'chat-completions:6',
    ]);
  });

  it('of any shape throws in no importer', () => {
    const key = fc.constantFrom(
      ...[
        'mapping',
        'chat_messages',
        'content',
        'messages',
        'conversations',
        'conversation',
        'prompt',
        'replies',
        'role',
      ],
      ...['text', 'message', 'parts', 'parent', 'children', 'message_id', 'message_tree_id', 'id', 'author', 'from'],
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(null, 1, '', 'user', 'text', true, -1.5),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 5 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (any) => {
        for (const importer of IMPORTERS) expect(() => importer.read(any)).not.toThrow();
        expect(IMPORTERS.filter((importer) => importer.accepts(any)).length).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('cutting a stream', () => {
  const bytesIn = (pieces: readonly Piece[]) =>
    pieces.flatMap((piece) => ('bytes' in piece && piece.bytes.length > 0 ? [piece.bytes.toString()] : []));
  const cut = (bytes: Buffer, sizes: readonly number[]): readonly Uint8Array[] => {
    const chunks: Uint8Array[] = [];
    let at = 0;
    for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
    return [...chunks, bytes.subarray(at)];
  };
  const values = fc.array(fc.jsonValue({ depthSize: 'small' }), { maxLength: 5 });
  const sizes = fc.array(fc.nat(7), { maxLength: 80 });

  it('anywhere gives the same values', async () => {
    await fc.assert(
      fc.asyncProperty(values, sizes, fc.constantFrom(undefined, 1), async (list, chunkSizes, indent) => {
        const array = Buffer.from(JSON.stringify(list, undefined, indent));
        const elements = await allOf(splitValues(cut(array, chunkSizes), { elements: true }));
        expect(bytesIn(elements).map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(array.toString()));
        const lines = list.map((value) => JSON.stringify(value));
        const ndjson = Buffer.from(lines.join('\n'));
        expect(bytesIn(await allOf(splitLines(cut(ndjson, chunkSizes))))).toEqual(lines);
        expect(bytesIn(await allOf(splitValues(cut(ndjson, chunkSizes), { elements: false })))).toEqual(lines);
      }),
      { numRuns: 300 },
    );
  });

  it('of any bytes comes to an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[[\]{}",\\ a1]{0,30}$/), sizes, fc.boolean(), async (text, at, elements) => {
        const pieces = await allOf(splitValues(cut(Buffer.from(text), at), { elements }));
        expect(pieces.length).toBeLessThanOrEqual(text.length + 1);
      }),
      { numRuns: 500 },
    );
  });
});

it('needs room for one conversation, not for the file', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const path = join(folder, 'large.json');
  const file = createWriteStream(path);
  const text = 'A sentence of an ordinary length, about nothing in particular. '.repeat(40);
  const mapping = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [
      `n${at}`,
      {
        parent: at === 0 ? null : `n${at - 1}`,
        message: { author: { role: 'user' }, content: { content_type: 'text', parts: [text] } },
      },
    ]),
  );
  for (let at = 0; at < 400; at += 1) {
    const isRoom = file.write(`${at === 0 ? '[' : ','}\n${JSON.stringify({ id: `c${at}`, mapping })}`);
    if (!isRoom) await once(file, 'drain');
  }
  file.end(']');
  await once(file, 'close');
  expect(file.bytesWritten).toBeGreaterThan(20_000_000);

  collect();
  const before = process.memoryUsage();
  let most = 0;
  let count = 0;
  for await (const found of openImport([path])) {
    if (found.kind === 'conversation') count += 1;
    if (count % 50 !== 0) continue;
    collect();
    const now = process.memoryUsage();
    most = Math.max(most, now.heapUsed + now.arrayBuffers - before.heapUsed - before.arrayBuffers);
  }
  expect(count).toBe(400);
  // Buffers that were read are freed late; all of them would be as large as the file.
  expect(most).toBeLessThan(file.bytesWritten / 2);
});
