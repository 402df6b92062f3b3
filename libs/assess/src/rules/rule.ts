/**
 * One rule: what it looks for in a normalised text, what it is worth, and why, in words for the reader of a decision.
 */
export interface Rule {
  /** Unique within its list; what an explanation names. */
  readonly name: string;
  readonly score: number;
  readonly reason: string;
  readonly pattern: RegExp;
}

export interface RuleText {
  readonly name: string;
  readonly score: number;
  readonly reason: string;
  /**
   * One alternative a line, in normalised words: a space is a space between words, `\.` the end of a sentence, `[.,]`
   * of a clause, `[a-z]+` any word, `(a|b)` a choice; a line that ends with `|` goes on. Quantifiers are bounded, so
   * that no text makes a rule slow.
   */
  readonly phrases: string;
  /** Words, as in a choice, that must not stand right before. */
  readonly notAfter?: string;
  /** Words, as in a choice, that must not stand right after. */
  readonly notBefore?: string;
}

export function rule({ name, score, reason, phrases, notAfter, notBefore }: RuleText): Rule {
  const before = notAfter === undefined ? '' : `(?<! (?:${alternatives(notAfter)}))`;
  const after = notBefore === undefined ? '' : `(?! (?:${alternatives(notBefore)}) )`;
  return { name, score, reason, pattern: new RegExp(`${before} (?:${alternatives(phrases)})(?= )${after}`) };
}

/** A choice out of a list of words, so that the lists read like lists. `|` and line ends separate. */
export function anyOf(list: string): string {
  return `(?:${alternatives(list)})`;
}

function alternatives(list: string): string {
  const lines = list.replace(/\|\s*\n\s*/g, '|').split('\n');
  const choice = lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('|');
  return choice.replaceAll(' | ', '|').replace(/\((?!\?)/g, '(?:');
}
