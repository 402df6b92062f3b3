import type { OpenDatabase } from '../database/open-database.js';
import { EXPORT_FORMATS } from '../export/encoders.js';
import { type ExportPart, type ExportViews, NoSuchView } from '../export/export-views.js';
import { VIEWS } from '../migrations/views-sql.js';
import type { EventProjection } from '../projection/event-projection.js';
import { empty } from './databases.js';
import { exported, sorted, sqlRows, sumsOf } from './exported.js';
import { readParquetFile } from './read-parquet.js';
import { acme } from './story.js';

/** Open read models that nobody else uses. */
export interface ExportScene {
  readonly database: OpenDatabase['database'];
  readonly events: EventProjection;
  readonly exportViews: ExportViews;
}

const STORY = acme();
const HALF = Math.floor(STORY.length / 2);

/** Projects what comes next, up to an offset. */
async function project({ events }: ExportScene, to: number): Promise<void> {
  const { epoch, cursor } = await events.claim(0);
  const entries = STORY.filter(({ offset }) => offset >= cursor.inbound && offset < to);
  await events.apply({ partition: 0, epoch, from: cursor.inbound, entries, next: { inbound: to, decisions: to } });
}

/** What no story has: values at the ends of their types, and texts that are no words. */
const EXTREMES = [
  `UPDATE offramp_v1.messages SET at = '0001-01-01 00:00:00+00', text_length = 9223372036854775807,
     evidence = '{"a": [1.5, "ü\\n", null], "big": 12345678901234567890}'
   WHERE message_id = 'm1'`,
  `UPDATE offramp_v1.messages SET at = '9999-12-31 23:59:59.999999+00', text_length = -9223372036854775808
   WHERE message_id = 'm2'`,
  `UPDATE offramp_v1.decisions SET score = 1e-300, threshold = 1.7976931348623157e308, cause = repeat('so lang ', 20000)
   WHERE type = 'ConversationEnded'`,
  `UPDATE offramp_v1.feedback SET by = E'=1+1,"ü"\\r\\n\\t😀 日本語', at = '1969-12-31 23:59:59.999999+00'`,
  `UPDATE offramp_v1.reviews SET by = ''`,
];

/** What holds for exports on either kind of database. */
export function testExports(sceneOf: () => ExportScene): void {
  beforeEach(() => empty(sceneOf().database));

  it('hold every view of the schema, and as Parquet every value that SQL has, in its type', async () => {
    const scene = sceneOf();
    await project(scene, STORY.length);
    for (const sql of EXTREMES) await scene.database.run(sql);
    const { beginning, files } = await exported(scene.exportViews(), 'parquet');
    const names = beginning.views.map(({ view }) => view);
    expect(names).toEqual(VIEWS.map(({ name }) => name).toSorted());
    expect([...files.keys()]).toEqual(names);
    for (const view of beginning.views) {
      const wanted = await sqlRows(scene.database, view);
      const { columns, rows } = readParquetFile(files.get(view.view)!);
      expect([view.view, wanted.length > 0]).toEqual([view.view, true]);
      expect([view.view, columns]).toEqual([view.view, view.columns.map(arrowColumn)]);
      expect([view.view, sorted(rows)]).toEqual([view.view, sorted(wanted)]);
    }
  });

  it('are the same bytes where nothing has changed', async () => {
    const scene = sceneOf();
    await project(scene, STORY.length);
    for (const format of EXPORT_FORMATS) {
      const [first, again] = [await exported(scene.exportViews(), format), await exported(scene.exportViews(), format)];
      expect(sumsOf(again)).toEqual(sumsOf(first));
    }
  });

  it('have the columns of every view where there are no rows', async () => {
    const scene = sceneOf();
    const csv = await exported(scene.exportViews(), 'csv');
    const parquet = await exported(scene.exportViews(), 'parquet');
    const lines = await exported(scene.exportViews(), 'ndjson');
    for (const view of csv.beginning.views) {
      const names = view.columns.map(({ name }) => name);
      expect(textOf(csv.files.get(view.view)!)).toBe(`${names.join(',')}\r\n`);
      expect(textOf(lines.files.get(view.view)!)).toBe('');
      expect(readParquetFile(parquet.files.get(view.view)!)).toEqual({
        columns: view.columns.map(arrowColumn),
        rows: [],
      });
    }
  });

  it('are of one position, while projecting goes on', async () => {
    const scene = sceneOf();
    await project(scene, HALF);
    const before = await exported(scene.exportViews(), 'ndjson');
    const underWay = scene.exportViews();
    const parts: ExportPart[] = [(await underWay.next()).value as ExportPart];
    await project(scene, STORY.length);
    for await (const part of underWay) parts.push(part);
    const during = await exported(asStream(parts), 'ndjson');
    expect(during.beginning.position).toBe(`0:${HALF - 1}`);
    expect(sumsOf(during)).toEqual(sumsOf(before));
    const after = await exported(scene.exportViews(), 'ndjson');
    expect(after.beginning.position).toBe(`0:${STORY.length - 1}`);
    expect(sumsOf(after)).not.toEqual(sumsOf(before));
  });

  it('beside one another are each whole', async () => {
    const scene = sceneOf();
    await project(scene, STORY.length);
    const one = await exported(scene.exportViews(), 'csv');
    const both = await Promise.all([exported(scene.exportViews(), 'csv'), exported(scene.exportViews(), 'csv')]);
    expect(both.map(sumsOf)).toEqual([sumsOf(one), sumsOf(one)]);
  });

  it('are of one tenant, or of one view, where that is asked for', async () => {
    const scene = sceneOf();
    await project(scene, STORY.length);
    const { files } = await exported(scene.exportViews({ tenant: 'other', views: ['threads', 'messages'] }), 'ndjson');
    expect([...files.keys()]).toEqual(['messages', 'threads']);
    const tenants = [...files.values()].flatMap((bytes) => linesIn(bytes).map((row) => row['tenant']));
    expect(new Set(tenants)).toEqual(new Set(['other']));
    expect(linesIn(files.get('threads')!)).toHaveLength(1);
    await expect(scene.exportViews({ views: ['no_such'] }).next()).rejects.toThrow(NoSuchView);
  });

  it('say the same in lines of JSON', async () => {
    const scene = sceneOf();
    await project(scene, STORY.length);
    for (const sql of EXTREMES) await scene.database.run(sql);
    const { files } = await exported(scene.exportViews({ views: ['feedback', 'messages'] }), 'ndjson');
    const [thumb] = linesIn(files.get('feedback')!);
    expect(thumb).toMatchObject({ by: '=1+1,"ü"\r\n\t😀 日本語', counts: true, at: '1969-12-31T23:59:59.999999Z' });
    const message = linesIn(files.get('messages')!).find((row) => row['message_id'] === 'm1');
    expect(message).toMatchObject({
      ...{ at: '0001-01-01T00:00:00.000Z', text_length: '9223372036854775807', depth: 0, parent_id: null },
      evidence: { a: [1.5, 'ü\n', null] },
    });
    const csv = await exported(scene.exportViews({ views: ['feedback'] }), 'csv');
    expect(textOf(csv.files.get('feedback')!)).toContain('"\'=1+1,""ü""\r\n\t😀 日本語"');
  });
}

async function* asStream(parts: readonly ExportPart[]): AsyncGenerator<ExportPart> {
  yield* parts;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function linesIn(bytes: Uint8Array): Record<string, unknown>[] {
  const lines = textOf(bytes).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ARROW_TYPES: Readonly<Record<string, string>> = {
  bigint: 'int64',
  boolean: 'boolean',
  date: 'date',
  'double precision': 'double',
  integer: 'int32',
  jsonb: 'text',
  text: 'text',
  'timestamp with time zone': 'timestamp(micros, UTC)',
};

function arrowColumn({ name, type }: { readonly name: string; readonly type: string }) {
  return { name, type: ARROW_TYPES[type], nullable: true };
}
