import { type TestConsole, startConsole } from './testing/console-app.js';

let api: TestConsole;
beforeAll(async () => {
  api = await startConsole();
});
afterAll(() => api.close());

it('answers every route', async () => {
  const urls = ['/v1/threads', '/v1/threads/ended', '/v1/stats', '/v1/branches/ended/u1/explain'];
  const answers = await Promise.all(urls.map((url) => api.get(url)));
  expect(answers.map(({ status, headers }) => [status, headers['offramp-position']])).toEqual(
    urls.map(() => [200, `0:${api.entries.length - 1},1:-1`]),
  );
});
