import type { Fact } from '@offramp/ladder';
import { CACHED_SERIES_MAX, CACHED_VERSIONS_MAX, FactCache } from './fact-cache.js';

const guard = (at: number, scope = 'acme/t1'): Fact => ({
  kind: 'guard',
  scope,
  name: '',
  at,
  value: { raised: true },
});
const positions = (cache: FactCache, scope = 'acme/t1') => cache.get('guard', scope, '')?.versions.map(({ at }) => at);

it('keeps a bounded number of things, and of them those that are asked for', () => {
  const cache = new FactCache();
  for (let index = 0; index < CACHED_SERIES_MAX; index++) cache.set('guard', `t${index}`, '', empty());
  expect(positions(cache, 't0')).toEqual([]);
  for (let index = 0; index < 10; index++) cache.set('guard', `more${index}`, '', empty());
  expect(positions(cache, 't0')).toEqual([]);
  expect(positions(cache, 't1')).toBeUndefined();
  expect(positions(cache, 't11')).toEqual([]);
});

it('keeps a bounded number of versions, the newest', () => {
  const cache = new FactCache();
  cache.set('guard', 'acme/t1', '', empty());
  for (let at = 0; at < CACHED_VERSIONS_MAX + 3; at++) cache.add(guard(at));
  expect(positions(cache)).toEqual(Array.from({ length: CACHED_VERSIONS_MAX }, (_, index) => index + 3));
  expect(cache.get('guard', 'acme/t1', '')?.complete).toBe(false);
});

it('takes a version in between, and one that is there already, but none before what it knows to be incomplete', () => {
  const cache = new FactCache();
  cache.set('guard', 'acme/t1', '', { versions: [guard(10), guard(30)], complete: false });
  for (const at of [20, 30, 5]) cache.add(guard(at));
  expect(positions(cache)).toEqual([10, 20, 30]);
});

it('does not remember what nobody asked for', () => {
  const cache = new FactCache();
  cache.add(guard(1));
  expect(positions(cache)).toBeUndefined();
});

it('keeps scopes and names apart', () => {
  const cache = new FactCache();
  cache.set('guard', 'ab', 'c', empty());
  expect(cache.get('guard', 'a', 'bc')).toBeUndefined();
  expect(cache.get('risk', 'ab', 'c')).toBeUndefined();
});

function empty() {
  return { versions: [], complete: true };
}
