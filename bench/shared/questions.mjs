/**
 * The questions of the lists, made from the OpenAPI document: every filter alone with common, rare and absent values, pairs of
 * filters, every order. A parameter that nobody gave values for is an error, so that a new filter is measured, too.
 */
import { readFileSync } from 'node:fs';
import { COMMON_POLICY, LONG_THREAD, RARE_CATEGORY, RARE_POLICY } from './history.mjs';

const document = JSON.parse(readFileSync(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8'));
const PAGING = new Set(['cursor', 'limit', 'after', 'sort']);
const LINES = ['thread-1', 'thread-51', 'thread-101', 'thread-151', 'thread-201', 'thread-301', LONG_THREAD];
const DAY_MS = 86_400_000;

/** `known`: ids that are only known when the rows are there, `{ policies, message, decision }`. */
export function questionsOf(known) {
  return Object.entries(document.paths)
    .filter(
      ([path, { get }]) => get?.parameters?.some(({ name }) => name === 'after') === true && path.startsWith('/v1/'),
    )
    .flatMap(([path, { get }]) => pathsOf(path).flatMap((url) => ofPath(path, url, get.parameters, known)));
}

function pathsOf(path) {
  if (!path.includes('{threadId}')) return [path];
  return LINES.map((thread) => path.replace('{threadId}', thread).replace('{branchId}', 'm0'));
}

function ofPath(path, url, parameters, known) {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const sorts = query.find(({ name }) => name === 'sort')?.schema.enum ?? [undefined];
  const filters = query.filter(({ name }) => !PAGING.has(name));
  const singles = filters.flatMap((filter) => valuesOf(path, filter, known).map((value) => [[filter.name, value]]));
  // Within one thread there is nothing to be slow about but its length.
  const pairs = path.includes('{') ? [] : singles.flatMap(([one], i) => singles.slice(i + 1).flatMap(pairWith(one)));
  const isList = query.some(({ name }) => name === 'limit');
  const made = (of, kind) =>
    sorts.map((sort) => ({ path, url, isList, kind, query: new URLSearchParams(sort ? [...of, ['sort', sort]] : of) }));
  return [
    ...[[], ...singles].flatMap((of) => made(of, 'single')),
    ...pairs.flatMap((of) => made(of, 'pair')),
    ...(isList ? made([['limit', '1000']], 'long page') : []),
  ];
}

const pairWith =
  (one) =>
  ([other]) =>
    one[0] === other[0] ? [] : [[one, other]];

function valuesOf(path, { name, schema }, known) {
  if (schema.enum !== undefined) return schema.enum;
  const ago = (days) => new Date(Math.floor(known.now / DAY_MS) * DAY_MS - days * DAY_MS).toISOString();
  const values = {
    ...{ thread: ['thread-1', LONG_THREAD, 'nobody'], message: ['m2', known.message, 'nobody'] },
    ...{ decision: [known.decision, 'nobody'], by: ['person-1', 'nobody'] },
    ...{ category: ['abuse', RARE_CATEGORY, 'nothing'], since: [ago(1), ago(45)], before: [ago(89), ago(45)] },
    policy: [...known.policies, COMMON_POLICY.id, RARE_POLICY.id, 'none@00000000'],
  }[name];
  if (values === undefined) throw new Error(`bench/shared/questions.mjs has no values of ${name} for ${path}`);
  return values;
}
