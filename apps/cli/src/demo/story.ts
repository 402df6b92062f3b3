import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  actorSchema,
  evidenceSchema,
  intentSchema,
  messageIdSchema,
  roleSchema,
  threadIdSchema,
  verdictSchema,
} from '@offramp/events';
import { BUILT_IN_POLICY, type PolicyDocument, parsePolicy } from '@offramp/ladder';
import { z } from 'zod';

/* The demo's story: conversations as data, in the order in which they happen. `demo/README.md` explains the format. */

const messageStep = z.strictObject({
  do: z.literal('message'),
  messageId: messageIdSchema,
  parentId: messageIdSchema.nullable().optional(),
  role: roleSchema,
  text: z.string().min(1),
  evidence: evidenceSchema.optional(),
  intent: intentSchema.optional(),
  signal: z
    .strictObject({
      redirected: z.boolean().optional(),
      warned: z.boolean().optional(),
      proposesEnd: z.union([z.boolean(), z.strictObject({ reason: z.string() })]).optional(),
    })
    .optional(),
  /** What the author knew: up to the thread's latest verdict, or only what was known at its first one. */
  seen: z.enum(['latest', 'first']).default('latest'),
  /** The verdict that a user's message gets. */
  expect: verdictSchema.default('continue'),
});

const stepSchema = z.discriminatedUnion('do', [
  messageStep,
  z.strictObject({
    do: z.literal('risk'),
    status: z.enum(['reported', 'cleared']),
    kind: z.string().min(1).max(64).optional(),
    messageId: messageIdSchema.optional(),
    by: actorSchema,
  }),
  z.strictObject({
    do: z.literal('feedback'),
    rating: z.enum(['up', 'down']),
    comment: z.string().optional(),
    messageId: messageIdSchema.optional(),
    /** The message at which the line ended: the thumb is on that decision. */
    endAt: messageIdSchema.optional(),
    by: actorSchema.optional(),
  }),
  z.strictObject({
    do: z.literal('review'),
    /** The message at which the line ended; the decision is the one that its verdict named. */
    messageId: messageIdSchema,
    outcome: z.enum(['upheld', 'overturned']),
    reason: z.string().min(1),
    by: actorSchema,
  }),
]);

const fileSchema = z.strictObject({
  about: z.string().min(1),
  threads: z.array(z.strictObject({ threadId: threadIdSchema, about: z.string().min(1), steps: z.array(stepSchema) })),
});

const storySchema = z.strictObject({
  about: z.string().min(1),
  chapters: z.array(
    z.union([
      z.strictObject({ file: z.string().regex(/^[a-z0-9-]+\.json$/) }),
      z.strictObject({ policy: z.record(z.string(), z.json()), by: actorSchema, reason: z.string().min(1) }),
    ]),
  ),
});

export type StoryStep = z.infer<typeof stepSchema>;
export type StoryMessage = z.infer<typeof messageStep>;
export type StoryThread = z.infer<typeof fileSchema>['threads'][number];

/** One chapter: threads, one after the other, or a policy that is activated for all from there on. */
export type StoryChapter =
  | { readonly kind: 'threads'; readonly about: string; readonly threads: readonly StoryThread[] }
  | {
      readonly kind: 'policy';
      readonly policy: string;
      readonly document: PolicyDocument;
      readonly by: string;
      readonly reason: string;
    };

/** The bundled conversations lie at the root of the repository, four folders above this file or its build. */
export const DEMO_FOLDER = new URL('../../../../demo/', import.meta.url);

/** The whole story, checked. Throws an error that names the file and the place where one is not as the format says. */
export async function loadStory(folder: URL = DEMO_FOLDER): Promise<readonly StoryChapter[]> {
  const { chapters } = await parsedFile(new URL('story.json', folder), storySchema);
  return Promise.all(
    chapters.map(async (chapter): Promise<StoryChapter> => {
      if ('policy' in chapter) return policyChapter(chapter);
      return { kind: 'threads', ...(await parsedFile(new URL(chapter.file, folder), fileSchema)) };
    }),
  );
}

type PolicyEntry = Extract<z.infer<typeof storySchema>['chapters'][number], { policy: unknown }>;

function policyChapter({ policy, by, reason }: PolicyEntry): StoryChapter {
  const parsed = parsePolicy({ ...BUILT_IN_POLICY.document, ...policy });
  if (parsed.kind !== 'policy') {
    throw new Error(`The policy in demo/story.json is not valid: ${JSON.stringify(parsed)}`);
  }
  return { kind: 'policy', policy: parsed.policy.id, document: { ...BUILT_IN_POLICY.document, ...policy }, by, reason };
}

async function parsedFile<Schema extends z.ZodType>(file: URL, schema: Schema): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!parsed.success) throw new Error(`${fileURLToPath(file)}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
