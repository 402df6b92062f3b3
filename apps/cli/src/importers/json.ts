/* Looking into values of unknown shape. An export of next year has fields that nobody here has seen: nothing throws. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string that says something; absent for anything else. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An id: a string or an integer. */
export function idOf(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : stringOf(value);
}

const LONE_SURROGATE = /\p{Cs}/gu;

/** Visible parts of one text, in order; absent where nothing is visible. Lone surrogates become U+FFFD. */
export function textOf(parts: readonly unknown[]): string | undefined {
  const text = parts.flatMap((part) => stringOf(part) ?? []).join('\n');
  return text.trim() === '' ? undefined : text.replace(LONE_SURROGATE, '\uFFFD');
}
