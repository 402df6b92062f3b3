/** `offramp export` of a Postgres server. @requires postgres */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadModels, openReadModels } from '@offramp/read-models';
import { type TestPlace, acme, onServer, project, serverPlace } from '@offramp/read-models/testing';
import { readFolder } from './testing/exported-folder.js';
import { type Ran, runOfframp } from './testing/offramp-process.js';

let folder: string;
let at: TestPlace<{ url: string }>;
let readModels: ReadModels;
const offramp = (url: string, ...args: string[]): Promise<Ran> =>
  runOfframp(['export', ...args], { OFFRAMP_DATABASE_URL: url });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offramp-cli-export-'));
  at = await serverPlace();
  readModels = await openReadModels(at.place);
  await project(readModels, acme());
});
afterAll(async () => {
  await readModels.close();
  await at.remove();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['ndjson', 'csv', 'parquet'])('writes all views as %s, with a manifest of what they are', async (format) => {
  const to = join(folder, format);
  const ran = await offramp(at.place.url, '--to', to, '--format', format);
  expect([ran.exit, ran.err]).toEqual([0, '']);
  const { manifest, rowsOf } = readFolder(to);
  expect(manifest).toMatchObject({ format, tenant: null, position: `0:${acme().at(-1)!.offset}` });
  for (const { view } of manifest.files) {
    const [row] = await onServer(at.place.url, `SELECT count(*)::integer AS count FROM offramp.${view}`);
    expect([view, rowsOf(view)]).toEqual([view, row!['count']]);
  }
});

it('does the same for an analyst, who may not know the position', async () => {
  const url = new URL(at.place.url);
  url.username = 'offramp_analyst';
  const to = join(folder, 'analyst');
  const ran = await offramp(url.href, '--to', to, '--format', 'csv');
  expect([ran.exit, ran.out]).toEqual([0, expect.stringContaining('position not known to this user')]);
  for (const { file } of readFolder(to).manifest.files) {
    expect(readFileSync(join(to, file))).toEqual(readFileSync(join(folder, 'csv', file)));
  }
});

it('says what is wrong where there is no server, no read model or no such view', async () => {
  const to = join(folder, 'none');
  const nobody = await offramp('postgres://127.0.0.1:1/none', '--to', to);
  expect([nobody.exit, nobody.err]).toEqual([3, expect.stringMatching(/ECONNREFUSED/)]);
  const other = await serverPlace();
  const nothing = await offramp(other.place.url, '--to', to);
  expect([nothing.exit, nothing.err]).toEqual([3, expect.stringMatching(/no read models in this database/)]);
  await other.remove();
  const unknown = await offramp(at.place.url, '--to', to, '--view', 'nothing');
  expect([unknown.exit, unknown.err]).toEqual([2, expect.stringMatching(/There is no view nothing/)]);
});
