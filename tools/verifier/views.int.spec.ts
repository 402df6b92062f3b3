/*
 * The verifier's fold against the real read models and their SQL, over random histories.
 *
 * @requires postgres
 */
import { randomBytes } from 'node:crypto';
import { type DecisionEvent, type InboundEvent, decisionsCodec } from '@offramp/events';
import { historyArbitrary } from '@offramp/ladder/testing';
import { openReadModels } from '@offramp/read-models';
import fc from 'fast-check';
import pg from 'pg';
import { checkLog } from './check-log.mjs';
import { checkViews } from './check-views.mjs';
import { readViews } from './read-system.mjs';
import { type DecidedHistory, decide } from './testing/decided-history.js';

const SERVER = process.env['OFFRAMP_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const HISTORIES = 25;

const name = `offramp_verifier_${process.pid}_${randomBytes(4).toString('hex')}`;
const url = Object.assign(new URL(SERVER), { pathname: `/${name}` }).href;

beforeAll(() => onDatabase(SERVER, `CREATE DATABASE ${name}`));
afterAll(() => onDatabase(SERVER, `DROP DATABASE ${name} WITH (FORCE)`));

it('finds nothing in what the projections wrote, and each change of it', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary(), async ({ events }) => {
      const history = decide(events);
      await project(history, events);
      const { tables } = checkLog([history]);
      expect(checkViews(tables, await readViews(url))).toEqual([]);
      if (events.length === 0) return;
      await onDatabase(url, `UPDATE offramp_v1.threads SET messages = messages + 1`);
      const found = checkViews(tables, await readViews(url));
      expect(found.length).toBe(tables.threads.size);
    }),
    { numRuns: HISTORIES },
  );
}, 120_000);

/** Builds the read models of this history and no other. */
async function project({ decisions }: DecidedHistory, events: readonly InboundEvent[]): Promise<void> {
  await onDatabase(url, 'DROP SCHEMA IF EXISTS offramp, offramp_v1 CASCADE; DROP TABLE IF EXISTS offramp_migrations');
  const readModels = await openReadModels({ url });
  try {
    const said = decisions.map(({ value }) => decisionsCodec.decode(Buffer.from(value)));
    const entries = events.map((event, offset) => {
      const isOf = (decision: DecisionEvent) => 'index' in decision.data && decision.data.position === `0:${offset}`;
      const of = said.flatMap((each) => (each.kind === 'event' && isOf(each.event) ? [each.event] : []));
      return { offset, event, decisions: of };
    });
    const { epoch } = await readModels.events.claim(0);
    const next = { inbound: events.length, decisions: decisions.length };
    const applied = await readModels.events.apply({ partition: 0, epoch, from: 0, entries, next });
    expect(applied.kind).toBe('applied');
  } finally {
    await readModels.close();
  }
}

async function onDatabase(place: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: place });
  await client.connect();
  await client.query(sql);
  await client.end();
}
