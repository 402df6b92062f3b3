import { z } from 'zod';

/**
 * A name or an id of 1 to `max` Unicode characters, without control characters and without lone surrogates: a database
 * cannot store a NUL, UTF-8 has no lone surrogate, and either would stop a reader far behind the edge that let it in.
 */
export function nameSchema(max: number) {
  return z
    .string()
    .regex(namePattern(1, max), `1 to ${max} Unicode characters, no control characters or lone surrogates`);
}

/** The flag `u` makes the length count code points. `Cc` are the control characters, `Cs` the lone surrogates. */
export function namePattern(min: number, max: number): RegExp {
  return new RegExp(`^[^\\p{Cc}\\p{Cs}]{${min},${max}}$`, 'u');
}
