import { once } from 'node:events';
import { LINES_MEDIA_TYPE } from '@offramp/service';
import { rowStream } from './row-stream.js';

const PADDING = 'x'.repeat(1_000);
/** Far more than what may be under way in the stream. */
const ROWS = 20_000;
const ROWS_UNDER_WAY_MAX = 500;

function source() {
  const seen = { asked: 0, closed: false };
  async function* rows() {
    try {
      for (let i = 0; i < ROWS; i++) {
        seen.asked++;
        yield { i, PADDING };
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, rows: rows() };
}

const options = { type: LINES_MEDIA_TYPE, columns: ['i'] };

/** Lets everything happen that can happen without anybody reading. */
async function stall(): Promise<void> {
  for (let i = 0; i < 1_000; i++) await new Promise((done) => void setImmediate(done));
}

it('asks for no more rows while nobody reads', async () => {
  const { seen, rows } = source();
  const stream = rowStream(rows, options);
  await once(stream, 'readable');
  const first = String(stream.read());
  await stall();
  expect(first.split('\n')[0]).toBe(JSON.stringify({ i: 0, PADDING }));
  expect(seen.asked).toBeLessThan(ROWS_UNDER_WAY_MAX);
  stream.destroy();
});

it('closes the rows when the reader goes away', async () => {
  const { seen, rows } = source();
  const stream = rowStream(rows, options);
  await once(stream, 'readable');
  stream.destroy();
  await once(stream, 'close');
  await stall();
  expect(seen).toMatchObject({ closed: true });
  expect(seen.asked).toBeLessThan(ROWS_UNDER_WAY_MAX);
});

it('gives all rows, each whole, whatever the chunks', async () => {
  const { rows } = source();
  let text = '';
  for await (const chunk of rowStream(rows, options)) text += String(chunk);
  expect(text.endsWith('\n')).toBe(true);
  const numbers = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { i: number }).i);
  expect(numbers).toEqual(Array.from({ length: ROWS }, (_, i) => i));
});

it('fails where the rows fail, so that nobody takes the beginning for the whole', async () => {
  async function* failing() {
    yield { a: 1 };
    throw new Error('the database is gone');
  }
  const read = rowStream(failing(), options).toArray();
  await expect(read).rejects.toThrow('the database is gone');
});

it('is the head alone where there are no rows', async () => {
  async function* none() {}
  const chunks: unknown[] = [];
  for await (const chunk of rowStream(none(), { type: 'text/csv', columns: ['a', 'b'] })) chunks.push(chunk);
  expect(chunks).toEqual(['a,b\r\n']);
});
