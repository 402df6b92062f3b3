import { PROBLEMS, type ProblemName } from './problem-table.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/**
 * One thing that is not valid, and what is wrong with it: where in the body (RFC 6901), or which parameter. Of a parameter the
 * answer has a pointer, too, into the parameters by their names.
 */
export interface InvalidPart {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

/** RFC 9457. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly InvalidPart[];
  readonly [extension: string]: unknown;
}

export interface ProblemOptions extends ErrorOptions {
  /** For a person; never holds a text that somebody wrote. */
  readonly detail?: string | undefined;
  readonly errors?: readonly InvalidPart[];
  /** Further members of the document. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** The header `Retry-After`, seconds. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that a caller of the HTTP interface gets as a problem document. */
export class Problem extends Error {
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly problem: ProblemName,
    options: ProblemOptions = {},
  ) {
    const { status, title } = PROBLEMS[problem];
    super(options.detail ?? title, options);
    this.name = 'Problem';
    this.document = {
      type: `urn:offramp:problem:${problem}`,
      title,
      status,
      ...(options.detail === undefined ? {} : { detail: options.detail }),
      ...(options.errors === undefined ? {} : { errors: options.errors.map(withPointer) }),
      ...options.extensions,
    };
    this.headers = {
      ...(options.retryAfter === undefined ? {} : { 'retry-after': String(options.retryAfter) }),
      ...options.headers,
    };
  }

  get status(): number {
    return this.document.status;
  }
}

/** RFC 6901: `~` and `/` are escaped in a part. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

function withPointer(part: InvalidPart): InvalidPart {
  const { pointer, parameter } = part;
  return pointer !== undefined || parameter === undefined ? part : { pointer: jsonPointer([parameter]), ...part };
}
