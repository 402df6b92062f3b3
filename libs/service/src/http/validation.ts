import { Readable } from 'node:stream';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { type InvalidPart, Problem, jsonPointer } from './problem.js';

/** More than these help nobody. */
const ERRORS_MAX = 20;

/** Checks a body. Throws Problem `invalid` with a pointer to each part that is wrong. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid', { errors: invalidParts(parsed.error, pointerTo) });
}

/** Checks a parameter of the path or the query, or all of them at once where `name` is not given. */
export function parseParameter<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name?: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const parameter = (path: Path): Partial<InvalidPart> => ({ parameter: name ?? String(path[0] ?? '') });
  throw new Problem('invalid', { errors: invalidParts(parsed.error, parameter) });
}

/** A problem with one part of the body, where a rule speaks that no schema can. */
export function invalidBody(pointer: string, detail: string): Problem {
  return new Problem('invalid', { errors: [{ pointer, detail }] });
}

type Path = readonly PropertyKey[];

function invalidParts(error: z.ZodError, placeOf: (path: Path) => Partial<InvalidPart>): InvalidPart[] {
  return error.issues.slice(0, ERRORS_MAX).map((issue) => ({ ...placeOf(issue.path), detail: issue.message }));
}

function pointerTo(path: Path): Partial<InvalidPart> {
  return { pointer: jsonPointer(path) };
}

/** Checks what a controller takes by the schema that stands at it: `@Body({ schema })`, `@Param('id', { schema })`. */
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, data, schema }: ArgumentMetadata): unknown {
    // Lines of JSON arrive as a stream, and only a handler that asks for the request takes them.
    if (type === 'body' && value instanceof Readable) throw new Problem('unsupported-media-type');
    if (!(schema instanceof z.ZodType)) return value;
    return type === 'body' ? parseBody(schema, value) : parseParameter(schema, value, data);
  }
}
