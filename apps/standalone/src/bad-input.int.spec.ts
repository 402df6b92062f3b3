import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandaloneProcess, startStandalone } from './testing/standalone-process.js';

/*
 * Every parameter of every GET of the OpenAPI document is given what nobody should give it. The answer is a problem that names
 * the parameter, or there is nothing of that name; it is never an error of ours, and nothing is changed by it.
 */

const THREAD = 'bad-1';
/** What stands in the other places of a path, so that the one that is tried is what decides. */
const PLACES: Readonly<Record<string, string>> = { threadId: THREAD, branchId: 'u1', id: 'default' };
/** Answered by a stream that has no end; its header has a test of its own. */
const STREAM = '/v1/stream';
/** Parameters that take any text: what is not there is no mistake, and finds nothing. */
const TEXTS = new Set(['thread', 'policy', 'category', 'message', 'decision', 'by']);
const AT_A_TIME = 8;

const SQL = [
  "'",
  "' OR 1=1 --",
  "'; DROP TABLE offramp_v1.threads; --",
  '"; DROP SCHEMA offramp CASCADE; --',
  "1'; SELECT pg_sleep(10); --",
  "') UNION SELECT 1,2,3,4 --",
  '$1',
  '$1::text',
  "E'\\x27'",
  '%',
  '\\',
  '/*',
  "0'0",
];
const TIMES = [
  ...['2026-02-30', '2026-02-30T00:00:00Z', '2026-13-01', '2026-00-10', '2026-11-31', '2027-02-29T00:00:00Z'],
  ...['2026-11-23T10:00:00', '2026-11-23T24:00:00Z', '2026-11-23T10:60:00Z', '2026-11-23T10:00:61Z'],
  ...['2026-11-23T10:00:00+25:00', '2026-11-23T10:00:00+10:99', '2026-11-23T10:00:00 Europe/Berlin'],
  ...['0000-01-01', '0000-12-31T23:59:59Z', '10000-01-01', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'],
  ...['infinity', '+infinity', '-infinity', 'now', 'epoch', 'today', 'yesterday', '1764201600000', '2026', '2026-11'],
  ...[`2026-11-23T10:00:00.${'0'.repeat(2000)}Z`, `2026-11-23${' '.repeat(500)}`, ' 2026-11-23', '２０２６-11-23'],
];
const NUMBERS = ['0', '-1', '1.5', '1e9', '1000000000', '99999999999999999999', 'NaN', 'Infinity', '0x10', '+1', ' 1'];
const OTHERS = [
  ...[
    '',
    ' ',
    '\t',
    '=1+1',
    '@SUM(A1)',
    '-',
    '__proto__',
    'constructor',
    'null',
    'undefined',
    '[]',
    '{}',
    '../..',
    '.',
  ],
  ...[
    '<script>alert(1)</script>',
    'ünï🙂\u202e',
    '\u0000',
    'a\u0000b',
    '\u0001',
    '\u007f',
    '\u0085',
    '\uffff',
    '\ufeff',
  ],
  ...['x'.repeat(5_000), '🙂'.repeat(1_000)],
];
/** As they stand in a URL: no UTF-8, half a character, half an escape. */
const BYTES = ['%ff', '%c0%80', '%ed%a0%80', '%ed%b0%80%ed%a0%80', '%', '%2', '%zz', '%f0%9f%99', 'a%ffb'];
const NASTY = [...[...SQL, ...OTHERS].map((text) => encodeURIComponent(text)), ...BYTES];
/** What is nearly right for these only. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  since: TIMES,
  before: TIMES,
  limit: NUMBERS,
  after: NUMBERS,
};

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
}

interface Operation {
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

let dataDir: string;
let server: StandaloneProcess;
let operations: readonly Operation[];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-bad-input-'));
  server = await startStandalone({ dataDir });
  await tellSomething();
  const { paths } = JSON.parse((await ask('/openapi.json')).text) as {
    paths: Record<string, { get?: { parameters?: Parameter[] } }>;
  };
  operations = Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined ? [] : [{ path, parameters: get.parameters ?? [] }],
  );
}, 60_000);

afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(target: string): Promise<Answer> {
  const answer = await fetch(`${server.url}${target}`);
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([path, answer.status < 300 || answer.status === 409]).toEqual([path, true]);
  return (await answer.json()) as Record<string, unknown>;
}

/** A line that ends, with a thumb and a review: every list has rows. */
async function tellSomething(): Promise<void> {
  const harm = {
    evidence: { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.95 }, risk: {} },
  };
  let parentId: string | null = null;
  let decisionId: unknown;
  for (let turn = 1; turn <= 5; turn++) {
    const user = { threadId: THREAD, messageId: `u${turn}`, parentId, role: 'user', ...harm };
    ({ decisionId } = await post('/v1/messages?wait=verdict', user));
    parentId = `a${turn}`;
    if (turn === 5) break;
    await post('/v1/messages?wait=verdict', {
      threadId: THREAD,
      messageId: parentId,
      parentId: `u${turn}`,
      role: 'assistant',
    });
  }
  await post(`/v1/threads/${THREAD}/feedback`, { rating: 'down', decisionId, by: 'somebody' });
  await server.settle();
  await post(`/v1/decisions/${String(decisionId)}/review`, { outcome: 'upheld', reason: 'none', by: 'somebody' });
  await server.settle();
}

/** What all views hold, each by a sum over its rows. */
async function everything(): Promise<Record<string, unknown>> {
  const sql = async (statement: string): Promise<readonly unknown[][]> => {
    const answer = await server.admin('POST', '/sql', { sql: statement });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { rows: unknown[][] }).rows;
  };
  const views = await sql("SELECT table_name FROM information_schema.views WHERE table_schema = 'offramp'");
  const sums: Record<string, unknown> = {};
  for (const [view] of views) {
    const rows = `SELECT count(*), md5(string_agg(x::text, ',' ORDER BY x::text)) FROM offramp."${String(view)}" x`;
    [sums[String(view)]] = await sql(rows);
  }
  return sums;
}

const filled = (path: string, places = PLACES) => path.replace(/\{(\w+)\}/g, (_, name: string) => places[name]!);

interface Attempt {
  readonly target: string;
  readonly path: string;
  readonly parameter: Parameter;
}

function attempts(): Attempt[] {
  return operations
    .filter(({ path }) => path !== STREAM)
    .flatMap(({ path, parameters }) =>
      parameters.flatMap((parameter) => {
        const targets =
          parameter.in === 'path'
            ? NASTY.filter(isOneSegment).map((nasty) => filled(path, { ...PLACES, [parameter.name]: nasty }))
            : nastyFor(parameter).map((nasty) => `${filled(path)}?${parameter.name}=${nasty}`);
        return targets.map((target) => ({ target, path, parameter }));
      }),
    );
}

function nastyFor({ name }: Parameter): readonly string[] {
  return [...NASTY, ...(MORE[name] ?? []).map((text) => encodeURIComponent(text))];
}

/** An empty segment, and one of dots, which the client takes out itself, make another path. */
function isOneSegment(nasty: string): boolean {
  return nasty !== '' && !/^[.%2Fe]*$/i.test(nasty);
}

/** What is wrong with the answer; undefined: nothing. */
function wrongWith({ path, parameter }: Attempt, { status, type, text }: Answer): string | undefined {
  if (status === 200) {
    const { data } = JSON.parse(text) as { data?: unknown[] };
    if (parameter.in !== 'query' || !TEXTS.has(parameter.name)) return 'was taken';
    return data?.length === 0 ? undefined : `found something at ${path}`;
  }
  if (type !== 'application/problem+json') return `answered ${type}`;
  const { errors } = JSON.parse(text) as { errors?: { parameter?: string; pointer?: string; detail: string }[] };
  if (parameter.in === 'path') return status === 404 || status === 422 || status === 400 ? undefined : `was ${status}`;
  if (status !== 400) return `was ${status}`;
  const [error, ...more] = errors ?? [];
  const isNamed = error?.parameter === parameter.name && error.pointer === `/${parameter.name}`;
  return isNamed && error.detail !== '' && more.length === 0 ? undefined : `was not named: ${text}`;
}

it('is a problem that names the parameter, or finds nothing, and changes nothing', async () => {
  const before = await everything();
  expect(Object.values(before).filter((sum) => (sum as unknown[])[0] !== '0').length).toBeGreaterThanOrEqual(8);
  const all = attempts();
  expect(all.length).toBeGreaterThan(4_000);
  const wrong: string[] = [];
  for (let at = 0; at < all.length; at += AT_A_TIME) {
    const some = all.slice(at, at + AT_A_TIME);
    const answers = await Promise.all(some.map(({ target }) => ask(target)));
    for (const [i, answer] of answers.entries()) {
      const said = wrongWith(some[i]!, answer);
      if (said !== undefined) wrong.push(`${some[i]!.target.slice(0, 200)} ${said}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(await everything()).toEqual(before);
}, 300_000);

it('is refused where a parameter is given twice, and where there is none of that name', async () => {
  const wrong: string[] = [];
  for (const { path, parameters } of operations.filter(({ path: one }) => one.startsWith('/v1/') && one !== STREAM)) {
    for (const { name } of parameters.filter((one) => one.in === 'query')) {
      const { status, text } = await ask(`${filled(path)}?${name}=a&${name}=b`);
      if (status !== 400 || !text.includes(`"parameter":"${name}"`)) wrong.push(`${path} ${name} ${status} ${text}`);
    }
    if (!parameters.some((one) => one.in === 'query')) continue;
    for (const name of ['colour', '__proto__', 'toString', "x'; DROP TABLE threads; --", 'thread[]', 'STAGE']) {
      const { status, text } = await ask(`${filled(path)}?${encodeURIComponent(name)}=x`);
      const [error] = (JSON.parse(text) as { errors?: { parameter: string }[] }).errors ?? [];
      if (status !== 400 || error?.parameter !== name) wrong.push(`${path} ${name} ${status} ${text}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('is refused by the stream where its Last-Event-ID is not one of its own', async () => {
  const forged = (parts: readonly string[]) => Buffer.from(parts.join('!')).toString('base64url');
  const ids = [
    ...[
      'nonsense',
      "'; DROP TABLE offramp_v1.threads; --",
      '-1',
      '0:1',
      '=1+1',
      'x'.repeat(5_000),
      forged(['1', '0~0~0']),
    ],
    ...[
      forged([]),
      forged(['2', ...Array<string>(8).fill('0~-1~-1')]),
      forged(['1', ...Array<string>(8).fill('NaN~1~1')]),
    ],
    ...[forged(['1', ...Array<string>(8).fill('0~99999999999999999999~0')])],
  ];
  for (const id of ids) {
    const answer = await fetch(`${server.url}${STREAM}`, { headers: { 'last-event-id': id } });
    const shown = id.slice(0, 60);
    expect([shown, answer.status, answer.headers.get('content-type')]).toEqual([
      shown,
      400,
      'application/problem+json',
    ]);
    expect([shown, await answer.text()]).toEqual([shown, expect.stringContaining('Last-Event-ID')]);
  }
});
