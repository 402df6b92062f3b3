/*
 * Who may import whom. The table speaks of the tag that each project carries in its project.json (`lib:events`,
 * `app:ingest`); `lib:*` stands for every library. What is not allowed here fails lint, so the pure core stays free of
 * frameworks, and an adapter can be exchanged in one place.
 */

/** @type {Readonly<Record<string, readonly string[]>>} */
export const ALLOWED_EDGES = {
  'lib:events': [],
  'lib:ladder': ['lib:events'],
  'lib:log': ['lib:events', 'lib:ladder'],
  'lib:assess': ['lib:events', 'lib:ladder'],
  'lib:read-models': ['lib:events', 'lib:ladder'],
  'lib:service': ['lib:events', 'lib:log'],
  'app:ingest': ['lib:*'],
  'app:decider': ['lib:*'],
  'app:projector': ['lib:*'],
  'app:console': ['lib:*'],
  'app:cli': ['lib:*'],
  'app:standalone': ['lib:*', 'app:ingest', 'app:decider', 'app:projector', 'app:console'],
  // The web console talks HTTP to the console app and imports no project at all.
  'web:console': [],
};

/**
 * Packages that belong to somebody: the only tags that may import them.
 * @type {readonly { readonly packages: RegExp, readonly tags: readonly string[] }[]}
 */
export const OWNED_PACKAGES = [
  { packages: /^(kafkajs|lmdb)$/, tags: ['lib:log'] },
  { packages: /^(typeorm|pg|pg-.*|@electric-sql\/.*)$/, tags: ['lib:read-models'] },
  { packages: /^@nestjs\//, tags: ['app:*', 'lib:service'] },
];

/**
 * @param {string} tag
 * @param {readonly string[]} patterns a tag, or a kind of tags such as `lib:*`
 */
export function matches(tag, patterns) {
  return patterns.includes(tag) || patterns.includes(`${tag.split(':')[0]}:*`);
}
