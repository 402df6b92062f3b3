import { type Evidence, categorySchema } from '@offramp/events';
import type { Importer, ReadValue } from './conversation.js';
import { idOf, isObject, listOf, objectOf, textOf } from './json.js';
import { lineOf, type Turn } from './linear.js';
import { isSpoken, roleOf } from './roles.js';
import { timeOf } from './time.js';

/*
 * WildChat rows. What OpenAI's moderation and Detoxify said of each message is the evidence of the export; neither looked
 * for every kind of risk, so `risk` is left out and the ingest fills it from the text. Rows are one line each: prefixes
 * that two rows share are the only trace of a branch, and no row says that it is one.
 */

export const wildchat: Importer = {
  format: 'wildchat',
  accepts: (value) => isObject(value) && Array.isArray(value['conversation']),
  read(value): ReadValue {
    const row = objectOf(value);
    const moderation = listOf(row['openai_moderation']);
    const detoxify = listOf(row['detoxify_moderation']);
    const turns = listOf(row['conversation']).map((turn, at) => turnOf(turn, evidenceOf(moderation[at], detoxify[at])));
    return lineOf('wildchat', idOf(row['conversation_hash']), turns);
  },
};

function turnOf(value: unknown, evidence: Evidence | undefined): Turn {
  const turn = objectOf(value);
  const role = roleOf(turn['role']);
  const text = isSpoken(role) ? textOf([turn['content']]) : undefined;
  const at = timeOf(turn['timestamp']);
  return {
    role,
    ...(text === undefined ? {} : { text }),
    ...(at === undefined ? {} : { at }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function evidenceOf(moderation: unknown, detoxify: unknown): Evidence | undefined {
  const openAi = scoresIn(objectOf(moderation)['category_scores'], openAiCategory);
  const toxicity = scoresIn(detoxify, (name) => `detoxify/${name.replaceAll('_', '-')}`);
  const harm = Object.fromEntries([...openAi, ...toxicity].sort(([a], [b]) => (a < b ? -1 : 1)));
  if (Object.keys(harm).length === 0) return undefined;
  return {
    assessor: openAi.size > 0 ? 'openai-moderation' : 'detoxify',
    version: 'wildchat',
    status: 'assessed',
    harm,
  };
}

/** Rows hold the API's names and the client library's (`self_harm_intent`) side by side; the greater of two scores counts. */
function scoresIn(value: unknown, nameOf: (name: string) => string): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const [name, score] of Object.entries(objectOf(value))) {
    const category = nameOf(name);
    const isScore = typeof score === 'number' && score >= 0 && score <= 1;
    if (isScore && categorySchema.safeParse(category).success) {
      scores.set(category, Math.max(score, scores.get(category) ?? 0));
    }
  }
  return scores;
}

const OPEN_AI_NAMES: ReadonlyMap<string, string> = new Map([
  ['harassment_threatening', 'harassment/threatening'],
  ['hate_threatening', 'hate/threatening'],
  ['illicit_violent', 'illicit/violent'],
  ['self_harm', 'self-harm'],
  ['self_harm_instructions', 'self-harm/instructions'],
  ['self_harm_intent', 'self-harm/intent'],
  ['sexual_minors', 'sexual/minors'],
  ['violence_graphic', 'violence/graphic'],
]);

function openAiCategory(name: string): string {
  return OPEN_AI_NAMES.get(name) ?? name;
}
