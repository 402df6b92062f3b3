import { SchemaTooNew } from '../database/failure.js';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import type { Entry } from '../projection/entry.js';
import { openReadModels } from '../read-models.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { sourceOf } from '../testing/histories.js';
import { type Scene, checksumsOf, different, newScene } from '../testing/rebuilding.js';
import { acme } from '../testing/story.js';
import { RebuildRefused } from './refused.js';
import type { RebuildSource } from './source.js';

let at: TestPlace<{ dataDir: string }>;
let opened: OpenDatabase;
let log: readonly Entry[];

beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  log = acme();
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

async function projected(entries = Infinity): Promise<Scene> {
  const scene = await newScene(opened.database, [log]);
  await scene.project(0, entries);
  return scene;
}

/** Something that happens after so many pieces of the log were read. */
function meanwhile(source: RebuildSource, pieces: number, happens: () => Promise<unknown>): RebuildSource {
  let left = pieces;
  return {
    partitions: source.partitions,
    async *pieces(partition, from) {
      for await (const piece of source.pieces(partition, from)) {
        if (left-- === 0) await happens();
        yield piece;
      }
    },
  };
}

const change = (sql: string) => opened.database.run(sql);
const refused = (promise: Promise<unknown>, words: RegExp) =>
  expect(promise).rejects.toThrow(
    expect.objectContaining({ name: 'RebuildRefused', message: expect.stringMatching(words) }),
  );

describe('A rebuild', () => {
  it('names the rows that differ, and puts them right when it is swapped', async () => {
    const { database, rebuilds, source } = await projected();
    const right = await checksumsOf(database);
    await change(`UPDATE offramp_v1.threads SET messages = 99 WHERE tenant = 'acme' AND thread_id = 'heated'`);
    await change(`DELETE FROM offramp_v1.ends WHERE thread_id = 'lost'`);
    await change(`UPDATE offramp_v1.guards SET raised_offset = raised_offset + 1000`);
    const guard = { tenant: 'acme', thread_id: 'fragile' };
    const raised = log.find(({ decisions }) => decisions.some(({ type }) => type.includes('guard.raised')))!.offset;
    expect(different(await rebuilds.run(source))).toEqual([
      { table: 'ends', differing: [{ key: { tenant: 'acme', thread_id: 'lost', end_id: 'u4' }, in: 'rebuilt' }] },
      {
        table: 'guards',
        differing: [
          { key: { ...guard, raised_offset: String(raised) }, in: 'rebuilt' },
          { key: { ...guard, raised_offset: String(raised + 1000) }, in: 'live' },
        ],
      },
      { table: 'threads', differing: [{ key: { tenant: 'acme', thread_id: 'heated' }, in: 'both' }] },
    ]);
    expect(await rebuilds.status()).toMatchObject({ state: 'compared', equal: false, left: 0, events: log.length });
    await rebuilds.swap(source);
    expect(await checksumsOf(database)).toEqual(right);
    await rebuilds.rollback(source);
    expect(await checksumsOf(database)).not.toEqual(right);
    expect(
      await database.query('SELECT messages FROM offramp.threads WHERE thread_id = $1 AND tenant = $2', [
        'heated',
        'acme',
      ]),
    ).toEqual([{ messages: 99 }]);
  });

  it('of one projection exchanges its table alone', async () => {
    const { rebuilds, source, database } = await projected();
    const right = await checksumsOf(database);
    await change(`UPDATE offramp_v1.threads SET messages = 99`);
    await change(`UPDATE offramp_v1.reviews SET by = 'nobody'`);
    const result = await rebuilds.run(source, { projection: 'threads' });
    expect(different(result)).toEqual([{ table: 'threads', differing: expect.any(Array) as unknown }]);
    await rebuilds.swap(source);
    const wrong = (tables: unknown) =>
      (tables as { table: string }[]).filter((row, index) => {
        return JSON.stringify(row) !== JSON.stringify((right as unknown[])[index]);
      });
    expect(wrong(await checksumsOf(database)).map(({ table }) => table)).toEqual(['reviews']);
    await refused(rebuilds.run(source), /drops the tables/);
    await refused(rebuilds.run(source, { projection: 'none', dropOld: true }), /no projection none/);
  });

  it('goes on while live projection does, and takes the place of batches that were under way', async () => {
    const scene = await projected(5);
    const busy = meanwhile(scene.source, 0, () => scene.project(0, 12));
    expect(different(await scene.rebuilds.run(busy))).toEqual([]);
    await scene.project(0, 3);
    const { epoch } = await scene.events.claim(0);
    await scene.rebuilds.swap(scene.source);
    const entries = log.slice(20);
    const late = { partition: 0, epoch, from: 20, entries, next: { inbound: log.length, decisions: 0 } };
    expect(await scene.events.apply(late)).toMatchObject({ kind: 'superseded', entries: 0 });
    await scene.project(0, Infinity);
    expect(await checksumsOf(scene.database)).toEqual(await foldedAnew());
  });

  async function foldedAnew(): Promise<unknown> {
    const { database } = await projected();
    return checksumsOf(database);
  }

  it('is paused after its present step, goes on from there, and is cancelled with what it built', async () => {
    const { rebuilds, source, database } = await projected();
    await refused(rebuilds.pause(), /There is no rebuild/);
    const pausing = meanwhile(source, 1, () => rebuilds.pause());
    expect(await rebuilds.run(pausing)).toEqual({ kind: 'interrupted', why: 'paused' });
    await refused(rebuilds.swap(source), /nothing was compared/);
    expect(await rebuilds.status()).toMatchObject({ state: 'paused', left: log.length });
    expect(different(await rebuilds.run(source))).toEqual([]);
    await refused(rebuilds.rollback(source), /was not swapped/);
    await rebuilds.cancel();
    await refused(rebuilds.cancel(), /There is no rebuild/);
    const cancelling = meanwhile(source, 1, () => rebuilds.cancel());
    expect(await rebuilds.run(cancelling)).toEqual({ kind: 'interrupted', why: 'cancelled' });
    expect(await database.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'offramp_r%'`)).toEqual([]);
  });

  it('is taken over by whoever begins it again', async () => {
    const { rebuilds, source } = await projected();
    let second: unknown;
    const twice = meanwhile(source, 1, async () => (second = different(await rebuilds.run(source))));
    expect([await rebuilds.run(twice), second]).toEqual([{ kind: 'interrupted', why: 'taken over' }, []]);
  });

  it('says so where the log ends before what is projected', async () => {
    const { rebuilds } = await projected();
    const short = sourceOf([log.slice(0, 4)]);
    await expect(rebuilds.run(short)).rejects.toThrow(/log of partition 0 ends before what was projected/);
  });
});

/** Than that of any projection. */
const NEWER = 1_000;

describe('A version of a projection', () => {
  const stored = (version: number) =>
    change(`UPDATE offramp_v1.projection_versions SET version = ${version} WHERE projection = 'threads'`);

  it('that is newer than the tables asks for a rebuild, until that is swapped', async () => {
    const { rebuilds, source } = await projected();
    const words = async () => (await rebuilds.need()).words;
    expect(await rebuilds.status()).toEqual({ state: 'none', outdated: [] });
    await stored(0);
    const old = 'An older version has filled threads';
    expect(await words()).toBe(`${old}: run \`offramp rebuild\`, then \`offramp rebuild --swap\`.`);
    await change(`DELETE FROM offramp_v1.projection_versions WHERE projection = 'guards'`);
    expect(await rebuilds.status()).toMatchObject({ outdated: ['guards', 'threads'] });
    await rebuilds.run(
      meanwhile(source, 1, () => rebuilds.pause()),
      { projection: 'threads' },
    );
    expect(await words()).toMatch(/^An older version has filled guards, threads: a rebuild is paused; .*--resume/);
    await rebuilds.run(source);
    expect(await words()).toMatch(/a rebuild is finished; run `offramp rebuild --swap`\.$/);
    await rebuilds.swap(source);
    expect(await rebuilds.status()).toMatchObject({ outdated: ['guards'], needed: await words() });
    expect(await words()).toMatch(/filled guards: run `offramp rebuild`, then/);
    await rebuilds.rollback(source);
    expect(await rebuilds.status()).toMatchObject({ outdated: ['guards', 'threads'] });
  });

  it('that is newer than a rebuild under way does not go on with it', async () => {
    const { rebuilds, source } = await projected();
    await rebuilds.run(source);
    await change(`UPDATE offramp_rebuild.projection_versions SET version = 0 WHERE projection = 'ends'`);
    await refused(rebuilds.run(source), /An older version has begun this rebuild/);
  });

  it('that is older than tables which somebody has swapped in says so', async () => {
    const { rebuilds } = await projected();
    await stored(NEWER);
    const words = expect.stringMatching(/newer version of Offramp \(unknown here: threads, version 1000\)/) as string;
    expect(await rebuilds.need()).toEqual({ outdated: [], words });
    expect(await rebuilds.status()).toEqual({ state: 'none', outdated: [], needed: words });
  });

  it('that is older than the tables is refused, because it would undo what the newer one wrote', async () => {
    await projected();
    await stored(NEWER);
    await opened.close();
    try {
      await expect(openReadModels(at.place)).rejects.toThrow(SchemaTooNew);
      await expect(openReadModels(at.place)).rejects.toThrow(
        /newer version of Offramp \(unknown here: threads, version 1000\)/,
      );
    } finally {
      opened = await openDatabase(at.place);
    }
  });

  it('is that of the program where nothing was projected yet', async () => {
    await projected(0);
    await stored(NEWER);
    await opened.close();
    const readModels = await openReadModels(at.place);
    expect(await readModels.rebuilds.need()).toEqual({ outdated: [] });
    await readModels.close();
    opened = await openDatabase(at.place);
  });
});

it('A refusal of a rebuild is an error that nobody should try again', () => {
  expect(new RebuildRefused('x')).toMatchObject({ retriable: false });
});
