import { createRequire } from 'node:module';
import { encodePart } from './events.mjs';

/*
 * Which policy holds where. The numbers of the built-in one stand here once more: it is on no topic.
 */

/**
 * @typedef {object} Policy
 * @property {string} id
 * @property {any} document
 * @property {number} offset of its activation on this partition; -1: built in
 * @property {number} share
 * @property {number} forgetMs
 * @property {number} guardMs
 */

/** Kafka's own hash of keys, as its client has it. @type {(key: Buffer) => number} */
const murmur2 = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2.js');

const DOCUMENT = {
  name: 'default',
  appliesTo: 'new',
  redirects: 3,
  persistAfterWarning: 1,
  delivery: 'reply',
  forgetAfter: 'P30D',
  harm: {
    ...{ abuse: 0.8, harassment: 0.85, 'harassment/threatening': 0.8 },
    ...{ hate: 0.85, 'hate/threatening': 0.8, 'sexual/minors': 0.5 },
  },
  risk: { 'self-harm': 0.3, 'mental-health-crisis': 0.3, 'harm-to-others': 0.3, 'violence-intent': 0.3 },
  guard: { expiresAfter: 'P7D' },
  perCategory: { 'sexual/minors': { redirects: 2 } },
};

const BUILT_IN = policyOf({ id: 'default@', document: DOCUMENT, offset: -1, share: 1 });
const isBuiltIn = (/** @type {string} */ id) => /^default@[0-9a-f]{8}$/.test(id);

/** What no document can lower (DESIGN, floors). */
export const REDIRECTS_FLOOR = 2;

/** The policies of one partition, of all tenants. */
export class Policies {
  /** @type {Map<string, Policy[]>} newest first */
  #ofTenant = new Map();

  /** @param {string} tenant @param {{ id: string, document: any, offset: number, share: number }} activation */
  activate(tenant, activation) {
    this.#ofTenant.set(tenant, [policyOf(activation), ...this.#all(tenant)]);
  }

  /** The newest that covers a thread. @param {string} tenant @param {string} threadId @returns {Policy} */
  newest(tenant, threadId) {
    return this.#covering(tenant, threadId)[0] ?? BUILT_IN;
  }

  /**
   * The one that a line runs under: its own, unless a later one says that it is for all.
   * @param {{ tenant: string, threadId: string }} thread
   * @param {number} offset of the activation under which the line left clear
   * @returns {Policy}
   */
  ofLine({ tenant, threadId }, offset) {
    for (const policy of this.#covering(tenant, threadId)) {
      if (policy.offset === offset || policy.document.appliesTo === 'all') return policy;
      if (policy.offset < offset) break;
    }
    return this.#all(tenant).find((policy) => policy.offset === offset) ?? BUILT_IN;
  }

  /** @param {string} tenant @param {string} id @returns {Policy | undefined} */
  byId(tenant, id) {
    return this.#all(tenant).find((policy) => policy.id === id) ?? (isBuiltIn(id) ? BUILT_IN : undefined);
  }

  /** Every one that may hold for a thread of the tenant. @param {string} tenant @returns {readonly Policy[]} */
  possible(tenant) {
    return [...this.#all(tenant), BUILT_IN];
  }

  /** @param {string} tenant */
  #all(tenant) {
    return this.#ofTenant.get(tenant) ?? [];
  }

  /** @param {string} tenant @param {string} threadId */
  #covering(tenant, threadId) {
    const key = `${encodePart(tenant)}/${encodePart(threadId)}`;
    return this.#all(tenant).filter(({ document, share }) => share >= 1 || hash(`${document.name}/${key}`) < share);
  }
}

/** @param {{ id: string, document: any, offset: number, share: number }} activation @returns {Policy} */
function policyOf(activation) {
  const { document } = activation;
  const defaults = { appliesTo: 'new', perCategory: {} };
  const forgetMs = durationMs(document.forgetAfter);
  const guardMs = durationMs(document.guard.expiresAfter);
  return { ...activation, document: { ...defaults, ...document }, forgetMs, guardMs };
}

/** ISO 8601 in W, D, H, M and S. @param {string} text */
function durationMs(text) {
  const [, ...parts] = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text) ?? [];
  const [weeks, days, hours, minutes, seconds] = parts.map((part) => Number(part ?? 0));
  return (
    ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000
  );
}

/** Partition of a key, by Kafka's own hash. @param {string} key @param {number} partitions */
export function partitionOf(key, partitions) {
  return positive(key) % partitions;
}

/** In [0, 1). @param {string} text */
function hash(text) {
  return positive(text) / 2 ** 31;
}

/** @param {string} text */
function positive(text) {
  return murmur2(Buffer.from(text, 'utf8')) & 0x7fffffff;
}

/** @param {any} evidence @param {Policy} policy */
export function isHarmful(evidence, { document }) {
  if (evidence?.status !== 'assessed' || evidence.risk === undefined) return false;
  return isOver(evidence.harm, document.harm);
}

/** Speaks also where the assessment is unavailable otherwise. @param {any} evidence @param {Policy} policy */
export function isRisky(evidence, { document }) {
  return isOver(evidence?.risk ?? {}, document.risk);
}

/** @param {Record<string, number>} scores @param {Record<string, number>} thresholds */
function isOver(scores, thresholds) {
  return Object.entries(scores ?? {}).some(([name, score]) => {
    return Object.hasOwn(thresholds, name) && score >= (thresholds[name] ?? Infinity);
  });
}

/** @param {any} document @param {string} category */
export function redirectsFor(document, category) {
  return Math.max(REDIRECTS_FLOOR, document.perCategory[category]?.redirects ?? document.redirects);
}

/** @param {any} document @param {string} category */
export function persistFor(document, category) {
  return document.perCategory[category]?.persistAfterWarning ?? document.persistAfterWarning;
}
