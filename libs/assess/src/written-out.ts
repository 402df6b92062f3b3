/*
 * Shortened and misspelt words, written out. Words that are also other words (`ill`, `were`, `id`) stay as they are:
 * the sense they might have is not worth the sentences they would spoil.
 */

const WRITTEN_OUT: Readonly<Record<string, string>> = {
  // Contractions with and without their apostrophe.
  "i'm": 'i am',
  im: 'i am',
  "i'd": 'i would',
  ive: 'i have',
  "can't": 'can not',
  cant: 'can not',
  cannot: 'can not',
  "won't": 'will not',
  wont: 'will not',
  "shan't": 'will not',
  dont: 'do not',
  didnt: 'did not',
  doesnt: 'does not',
  isnt: 'is not',
  arent: 'are not',
  "ain't": 'is not',
  aint: 'is not',
  "let's": 'let us',
  lets: 'let us',
  thats: 'that is',
  whats: 'what is',
  hes: 'he is',
  shes: 'she is',
  theyre: 'they are',
  youll: 'you will',
  gonna: 'going to',
  gunna: 'going to',
  wanna: 'want to',
  gotta: 'got to',
  // Short forms of "you are".
  u: 'you',
  yu: 'you',
  ya: 'you',
  r: 'are',
  ur: 'you are',
  youre: 'you are',
  "you'r": 'you are',
  urself: 'yourself',
  // Kin and courtesies: one word each keeps the rules short.
  mom: 'mother',
  mum: 'mother',
  mama: 'mother',
  momma: 'mother',
  mommy: 'mother',
  mummy: 'mother',
  dad: 'father',
  daddy: 'father',
  plz: 'please',
  pls: 'please',
  convo: 'conversation',
  // Frequent spellings of what the rules look for.
  fuk: 'fuck',
  fck: 'fuck',
  fking: 'fucking',
  fcking: 'fucking',
  fuckin: 'fucking',
  fuking: 'fucking',
  effing: 'fucking',
  biatch: 'bitch',
  bich: 'bitch',
  stoopid: 'stupid',
  stopid: 'stupid',
  idoit: 'idiot',
  suk: 'suck',
  basturd: 'bastard',
  suiside: 'suicide',
  suicidle: 'suicidal',
};

const ENDINGS: readonly (readonly [ending: string, written: string])[] = [
  ["n't", ' not'],
  ["'re", ' are'],
  ["'ll", ' will'],
  ["'ve", ' have'],
];
/** After these `'s` means "is"; after a noun it is a possessive, and is dropped. */
const PRONOUN_IS = /^(?:he|she|it|that|this|there|what|who|where|how|here)'s$/;

const BY_WORD: ReadonlyMap<string, string> = new Map(Object.entries(WRITTEN_OUT));

/** The word or words that stand for `word` (lower case, perhaps with apostrophes) in the rules. */
export function writtenOut(word: string): string {
  const whole = BY_WORD.get(word);
  if (whole !== undefined) return whole;
  if (!word.includes("'")) return word;
  if (PRONOUN_IS.test(word)) return `${word.slice(0, -2)} is`;
  const ending = ENDINGS.find(([form]) => word.endsWith(form) && word.length > form.length);
  if (ending === undefined) return word.replace(/'s$/, '').replaceAll("'", '');
  const stem = word.slice(0, -ending[0].length).replaceAll("'", '');
  return `${BY_WORD.get(stem) ?? stem}${ending[1]}`;
}
