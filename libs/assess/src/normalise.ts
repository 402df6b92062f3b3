import { writtenOut } from './written-out.js';

/*
 * One spelling for what people type: the rules are written in plain words (" . you are stupid . ") and this file
 * brings a message there. It undoes simple disguises (l33t, st*rs, s p a c e d letters, repeats, look-alike letters)
 * and no more.
 */

/**
 * Lower-case words of a-z and 0-9, single spaces, ` . ` between sentences and ` , ` between clauses, contractions
 * written out. Begins and ends with ` . `, so that a rule can ask for a whole sentence. Any string gives such a
 * string.
 */
export function normalise(text: string): string {
  const letters = ASCII.test(text) ? text.toLowerCase() : toAscii(text);
  const joined = letters.replace(SPACED_LETTERS, (spaced) => spaced.replace(/[^a-z]/g, ''));
  let plain = ' .';
  let mark = '.';
  for (const token of joined.match(TOKEN) ?? []) {
    const kind = MARKS.get(token);
    if (kind === undefined) {
      plain += ` ${wordOf(token)}`;
      mark = '';
    } else if (mark === '') {
      plain += ` ${kind}`;
      mark = kind;
    }
  }
  return mark === '.' ? `${plain} ` : `${plain} . `;
}

const ASCII = /^[\x00-\x7f]*$/;
const SPACED_LETTERS = /(?<![a-z'])[a-z](?:[ .*_-][a-z]){3,}(?![a-z'])/g;
/** A word may contain signs that stand for letters, but doesn't end with one: "shit!" is a word and a mark. */
const TOKEN = /(?:[a-z0-9]|[@$](?=[a-z]))(?:[a-z0-9'$]|[@*#!](?=[a-z0-9@*#$]))*|[.!?;:,\n()[\]]|(?<= )-(?= )/g;
const MARKS: ReadonlyMap<string, string> = new Map([
  ...Array.from('.!?;:\n', (mark) => [mark, '.'] as const),
  ...Array.from(',()[]-', (mark) => [mark, ','] as const),
]);

/**
 * Letters that look like Latin ones. Used only inside of a word that has Latin letters too: Russian stays Russian.
 */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  ['аa', 'еe', 'оo', 'рp', 'сc', 'уy', 'хx', 'іi', 'ѕs', 'јj', 'кk', 'мm', 'тt', 'αa', 'οo', 'ιi', 'κk', 'νv'].map(
    (pair) => [pair.charAt(0), pair.charAt(1)],
  ),
);
/**
 * Whole words, and which letters they have is asked afterwards: an expression that looks for both kinds in one go tries every
 * start of a long word of one kind, which took a minute for a message of 1 MiB.
 */
const WORD = /[0-9]?\p{L}+/gu;
const LATIN = /[a-z0-9]/;
const NOT_LATIN = /[^\p{ASCII}\P{L}]/u;

function toAscii(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .replace(/[‘’ʼ‛′`´]/g, "'")
    .replace(/[–—]/g, ' - ')
    .replace(WORD, (word) => (LATIN.test(word) && NOT_LATIN.test(word) ? withLatinLetters(word) : word));
}

function withLatinLetters(word: string): string {
  return Array.from(word, (letter) => LOOK_ALIKES.get(letter) ?? letter).join('');
}

const DISGUISED = /[0-9@$!*#]/;
const DIGITS_ONLY = /^[0-9]+$/;
/** A run of three or more: `l` and `s` stand in pairs in the words that matter (kill, useless), others hardly do. */
const REPEATED = /([a-z])\1{2,}/g;

function wordOf(token: string): string {
  let word = token;
  if (DISGUISED.test(word) && !DIGITS_ONLY.test(word))
    word = STARS.test(word) ? withoutStars(word) : withoutDigits(word);
  return writtenOut(
    word.replace(REPEATED, (_run, letter: string) => ('ls'.includes(letter) ? letter + letter : letter)),
  );
}

const STANDS_FOR: ReadonlyMap<string, string> = new Map(
  ['0o', '1i', '3e', '4a', '5s', '7t', '@a', '$s', '!i'].map((pair) => [pair.charAt(0), pair.charAt(1)]),
);

function withoutDigits(token: string): string {
  return Array.from(token, (char) => STANDS_FOR.get(char) ?? char).join('');
}

const STARS = /[*#@]/;
const STARRED = ['fuck', 'shit', 'bitch', 'cunt', 'dick', 'asshole', 'stupid', 'idiot', 'bastard', 'whore', 'slut'];

function withoutStars(token: string): string {
  const meant = STARRED.find((word) => Array.from(word).every((letter, at) => fits(token.charAt(at), letter)));
  return meant === undefined ? withoutDigits(token).replace(/[^a-z0-9']/g, '') : meant + token.slice(meant.length);
}

function fits(char: string, letter: string): boolean {
  return char === letter || (char !== '' && STARS.test(char));
}
