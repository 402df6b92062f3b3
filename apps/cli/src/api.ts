import { z } from 'zod';
import { badUsage, unavailable } from './exits.js';

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z
    .array(z.object({ pointer: z.string().optional(), parameter: z.string().optional(), detail: z.string() }))
    .optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The server answered, and the answer is a refusal (RFC 9457). */
export class ApiProblem extends Error {
  constructor(
    readonly problem: Problem,
    readonly call: string,
  ) {
    super(`${call}: ${problem.status} ${inWords(problem)}`);
    this.name = 'ApiProblem';
  }
}

function inWords({ title, detail, errors = [] }: Problem): string {
  const parts = errors.map(({ pointer, parameter, detail: what }) => `${pointer ?? parameter ?? 'the body'}: ${what}`);
  return [title, ...(detail === undefined ? [] : [detail]), ...parts].join('. ');
}

export interface Address {
  readonly url: string;
  /** Of the lock file; opens /admin/v1. */
  readonly token: string;
}

interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are answers and not problems; 2xx always are. */
  readonly answers?: readonly number[];
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The HTTP interface of one running server. Refusals throw `ApiProblem`; a server that is gone, `CommandFailure`. */
export interface Api {
  readonly url: string;
  get<Body>(path: string, query?: CallOptions['query']): Promise<Body>;
  post<Body>(path: string, body: unknown, options?: Omit<CallOptions, 'body'>): Promise<Answer<Body>>;
  delete<Body>(path: string, body: unknown): Promise<Body>;
  /** Sends lines and reads the answers, one for each line, in order. */
  postLines<Row>(path: string, lines: readonly string[]): Promise<Row[]>;
  /** The lines of a streamed NDJSON answer, each as text. */
  lines(path: string, query?: CallOptions['query']): AsyncGenerator<string, void>;
}

export function openApi({ url, token }: Address, signal?: AbortSignal): Api {
  async function call(method: string, path: string, options: CallOptions & { raw?: string } = {}): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (path.startsWith('/admin/')) headers['authorization'] = `Bearer ${token}`;
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
    const response = await reach(withQuery(`${url}${path}`, options.query), {
      method,
      headers,
      body,
      signal: signal ?? null,
    });
    if (response.ok || options.answers?.includes(response.status)) return response;
    throw new ApiProblem(await problemIn(response), `${method} ${path}`);
  }

  return {
    url,
    async get<Body>(path: string, query?: CallOptions['query']) {
      return (await (await call('GET', path, { query })).json()) as Body;
    },
    async post<Body>(path: string, body: unknown, options: Omit<CallOptions, 'body'> = {}) {
      const response = await call('POST', path, { ...options, body });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Body,
      };
    },
    async delete<Body>(path: string, body: unknown) {
      return (await (await call('DELETE', path, { body })).json()) as Body;
    },
    async postLines<Row>(path: string, lines: readonly string[]) {
      const headers = { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' };
      const response = await call('POST', path, { raw: `${lines.join('\n')}\n`, headers });
      const rows = (await response.text()).split('\n').filter((line) => line !== '');
      return rows.map((line) => JSON.parse(line) as Row);
    },
    async *lines(path, query) {
      const response = await call('GET', path, { query, headers: { accept: 'application/x-ndjson' } });
      if (response.body !== null) yield* linesOf(response.body);
    },
  };
}

/** What a person should read about a failed call, with the exit code that belongs to it. */
export function failureOf(problem: ApiProblem): Error {
  const { status } = problem.problem;
  return status === 404 || status === 422 || status === 400 ? badUsage(problem.message) : unavailable(problem.message);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw unavailable(`Nothing answers at ${url} (${reason}).`, error);
  }
}

function withQuery(url: string, query: CallOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? url : `${url}?${parameters.toString()}`;
}

async function problemIn(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return { type: 'about:blank', title: response.statusText || 'no problem document', status: response.status };
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
