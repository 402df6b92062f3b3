import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { rules } from './rules.js';

/* Bounds on public data, which is not part of the repository: a suite whose file is missing says so by its name. */

const SHARED = process.env['OFFRAMP_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data');

interface Row {
  readonly text?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly prompt?: Node;
  readonly labels?: { readonly abusive_majority?: boolean };
}
interface Node {
  readonly role: string;
  readonly text: string;
  readonly replies: readonly Node[];
}

function on(file: string, name: string, test: (rows: readonly Row[]) => void): void {
  const path = resolve(SHARED, file);
  if (!existsSync(path)) return it.skip(`${name} (skipped: ${file} is not there)`, () => undefined);
  it(name, () =>
    test(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row),
    ),
  );
}

const scores = (texts: readonly string[]) =>
  texts.map((text) => {
    const evidence = rules.assess({ role: 'user', text }) as Awaited<ReturnType<typeof rules.assess>>;
    return { abuse: evidence.harm['abuse'] ?? 0, risk: Math.max(0, ...Object.values(evidence.risk ?? {})) };
  });
const abuseRate = (texts: readonly string[]) => scores(texts).filter(({ abuse }) => abuse >= 0.8).length / texts.length;
const riskRate = (texts: readonly string[]) => scores(texts).filter(({ risk }) => risk >= 0.3).length / texts.length;
const usersIn = (row: Row) => (row.messages ?? []).filter(({ role }) => role === 'user').map(({ content }) => content);
const lastOf = (row: Row) => row.messages?.at(-1)?.content ?? '';
const prompts = (node: Node): string[] => [
  ...(node.role === 'prompter' ? [node.text] : []),
  ...node.replies.flatMap(prompts),
];

describe('false alarms are rare', () => {
  on('sgd-benign/dev-dialogues.jsonl', 'on ordinary dialogues', (rows) => {
    const texts = rows.flatMap(usersIn);
    expect(abuseRate(texts)).toBeLessThanOrEqual(0.005);
    expect(riskRate(texts)).toBeLessThanOrEqual(0.01);
  });

  on('oasst-trees/dev-en_100_tree.jsonl', 'on prompts of Open-Assistant', (rows) => {
    const texts = rows.flatMap(({ prompt }) => (prompt === undefined ? [] : prompts(prompt)));
    expect(abuseRate(texts)).toBeLessThanOrEqual(0.005);
    expect(riskRate(texts)).toBeLessThanOrEqual(0.02);
  });

  on(
    'counsel-chat/dev-questions.jsonl',
    'of abuse, where people tell a counsellor what others said to them',
    (rows) => {
      expect(abuseRate(rows.map(({ text }) => text ?? ''))).toBeLessThanOrEqual(0.005);
    },
  );

  on('convabuse/dev-rows.jsonl', 'of abuse, in messages that annotators found not abusive', (rows) => {
    const texts = rows.filter(({ labels }) => labels?.abusive_majority === false).map(lastOf);
    expect(abuseRate(texts)).toBeLessThanOrEqual(0.01);
  });
});

describe('what is there is found', () => {
  on('convabuse/dev-rows.jsonl', 'more than half of what annotators found abusive', (rows) => {
    const texts = rows.filter(({ labels }) => labels?.abusive_majority === true).map(lastOf);
    expect(abuseRate(texts)).toBeGreaterThanOrEqual(0.55);
  });

  on(
    'counsel-chat/dev-questions.jsonl',
    'risk, in questions to counsellors, many times as often as in ordinary talk',
    (rows) => {
      expect(riskRate(rows.map(({ text }) => text ?? ''))).toBeGreaterThanOrEqual(0.1);
    },
  );
});
