import type { Scope } from '@offramp/events';
import type { z } from 'zod';
import type { ProblemName } from './problem-table.js';

/*
 * What the OpenAPI document says is written down beside the code when a controller is loaded, and read when somebody asks for
 * the document: what makes it takes longer to load than all the rest of a small app, and hardly anybody asks.
 */

/** What the OpenAPI document says of a call beside what its parameters say by their schemas. */
export interface OperationOptions {
  /** Default: the name of the method. */
  readonly id?: string;
  readonly summary: string;
  readonly description?: string;
  /** The chapter of the page that it stands in. */
  readonly tag: string;
  /** What it answers, by status, where it is JSON. */
  readonly answers?: Readonly<Record<number, Answer>>;
  readonly problems?: readonly ProblemName[];
  /** Headers of the request, with what they are for; none is required. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that come with each of `answers`, and what they say. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** Only where the handler reads the query by itself. */
  readonly query?: z.ZodObject;
  /** Only where the handler reads the body by itself. */
  readonly body?: z.ZodType;
  /** Media types of the body, where there is another one than JSON. */
  readonly consumes?: readonly string[];
}

export type Answer =
  z.ZodType | { readonly description: string; readonly content: Readonly<Record<string, z.ZodType>> };

/** Something that a decorator said and the document does not know yet. */
export type Described =
  | { readonly kind: 'operation'; readonly options: OperationOptions; apply(decorator: MethodDecorator): void }
  | { readonly kind: 'scope'; readonly scope: Scope; apply(decorator: MethodDecorator): void }
  | { readonly kind: 'undocumented'; readonly controller: Parameters<ClassDecorator>[0] };

let described: Described[] = [];

export function describeLater(what: Described): void {
  described.push(what);
}

/** Describes a call for OpenAPI, in one piece. */
export function Operation(options: OperationOptions): MethodDecorator {
  return (target, name, descriptor) => {
    const apply = (decorate: MethodDecorator): void => void decorate(target, name, descriptor);
    described.push({ kind: 'operation', options, apply });
  };
}

/** Leaves the calls of a controller out of the document. */
export function Undocumented(): ClassDecorator {
  return (controller) => void described.push({ kind: 'undocumented', controller });
}

/** What was described since this was called before. */
export function takeDescribed(): readonly Described[] {
  const taken = described;
  described = [];
  return taken;
}
