import { wait } from './wait.mjs';

/*
 * A platform in trouble: threads that are abused, calm down, are at risk, fork and repeat themselves, one by one and in bulk.
 * What was acknowledged is written down. What was cut off is posted again with the same id, as by a platform that got no
 * answer; so ids come more than once.
 */

/** @typedef {{ threadId: string, messageIds: string[], count: number, seen: string | undefined, harm: number }} Thread */
/** @typedef {Record<string, any>} Body */

const WRITERS = 4;
const BULK_LINES = 30;
const THREAD_MESSAGES = 20;
const PAUSE_MS = 5;
/** Before what failed is tried again. */
const RETRY_MS = 200;
const REQUEST_MS_MAX = 30_000;
/** For requests that are still under way when the load is stopped. */
const LAST_ANSWERS_MS = 25_000;

export class Load {
  /** @type {import('../../verifier/check-log.mjs').Acknowledged[]} */
  acknowledged = [];
  failures = 0;
  #threads = 0;
  #stopping = new AbortController();
  #giveUp = new AbortController();
  /** @type {Promise<void>[]} */
  #running = [];

  /** @param {() => string} urlOf the ingest, wherever it is now @param {Random} random @param {string} name */
  constructor(urlOf, random, name) {
    this.urlOf = urlOf;
    this.random = random;
    this.name = name;
  }

  start() {
    this.#running = [...Array.from({ length: WRITERS }, () => this.#single()), this.#bulk()];
    return this;
  }

  /** Resolves when nothing is under way any more. */
  async stop() {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#giveUp.abort(), LAST_ANSWERS_MS);
    await Promise.all(this.#running);
    clearTimeout(timer);
  }

  get #isOver() {
    return this.#stopping.signal.aborted;
  }

  async #single() {
    let thread = this.#newThread();
    while (!this.#isOver) {
      if (thread.count >= THREAD_MESSAGES) thread = this.#newThread();
      const body = this.#next(thread);
      const wants = this.random.chance(0.6) ? '?wait=verdict' : '';
      const answer = await this.#untilAnswered(() => this.post(body, wants));
      if (answer === undefined) return;
      thread.messageIds.push(body['messageId']);
      thread.seen = answer['seen'] ?? thread.seen;
      if (this.random.chance(0.05)) await this.#aside(thread, answer).catch(() => undefined);
      // A platform that has lost track posts something a second time.
      if (this.random.chance(0.03)) await this.post(body).catch(() => undefined);
      await wait(PAUSE_MS);
    }
  }

  async #bulk() {
    while (!this.#isOver) {
      const thread = this.#newThread();
      const bodies = Array.from({ length: BULK_LINES }, () => {
        const body = this.#next(thread);
        thread.messageIds.push(body['messageId']);
        return body;
      });
      await this.#untilAnswered(() => this.postLines(bodies));
      await wait(PAUSE_MS * 20);
    }
  }

  /** @template Answer @param {() => Promise<Answer>} post @returns {Promise<Answer | undefined>} undefined: the load is over */
  async #untilAnswered(post) {
    for (;;) {
      try {
        return await post();
      } catch (error) {
        if (error instanceof Refused) throw error;
        this.failures++;
      }
      if (this.#isOver) return undefined;
      await wait(RETRY_MS);
    }
  }

  /** @param {Body} body @param {string} [query] @returns {Promise<Body>} */
  async post(body, query = '') {
    const response = await fetch(`${this.urlOf()}/v1/messages${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: this.#signal(),
    });
    const answer = /** @type {Body} */ (await response.json());
    if (response.status >= 500) throw new Error(`${response.status}`);
    if (!response.ok && response.status !== 409) throw new Refused(JSON.stringify(answer));
    this.#note(body, answer['position']);
    return answer;
  }

  /** @param {readonly Body[]} bodies */
  async postLines(bodies) {
    const response = await fetch(`${this.urlOf()}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: bodies.map((body) => `${JSON.stringify(body)}\n`).join(''),
      signal: this.#signal(),
    });
    if (!response.ok) throw new Error(`${response.status}`);
    const rows = (await response.text()).split('\n').filter((line) => line !== '');
    for (const [index, row] of rows.entries()) {
      const { status, position } = JSON.parse(row);
      if (status < 300) this.#note(/** @type {Body} */ (bodies[index]), position);
    }
    return rows.length;
  }

  #signal() {
    return AbortSignal.any([this.#giveUp.signal, AbortSignal.timeout(REQUEST_MS_MAX)]);
  }

  /** @param {Body} body @param {string | undefined} position */
  #note({ threadId, messageId }, position) {
    if (position === undefined) return;
    const id = ['default', threadId, messageId].map((part) => encodeURIComponent(part)).join('/');
    this.acknowledged.push({ position, id });
  }

  /** @returns {Thread} */
  #newThread() {
    return {
      threadId: `${this.name}-${this.#threads++}`,
      messageIds: [],
      count: 0,
      seen: undefined,
      harm: this.random.chance(0.6) ? 0.97 : 0.3,
    };
  }

  /** Mostly goes on with the line, sometimes edits or retries something earlier. @param {Thread} thread @returns {Body} */
  #next(thread) {
    const { threadId, messageIds, seen } = thread;
    const number = thread.count++;
    const role = number % 2 === 0 ? 'user' : 'assistant';
    const at = this.random.chance(0.95) ? messageIds.length - 1 : this.random.below(messageIds.length + 1) - 1;
    const body = { threadId, messageId: `m${number}`, parentId: messageIds[at] ?? null, role };
    if (role === 'assistant') return seen === undefined ? body : { ...body, seen };
    const harm = this.random.chance(thread.harm) ? { abuse: 0.95 } : {};
    const risk = this.random.chance(0.01) ? { 'self-harm': 0.9 } : {};
    const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm, risk };
    return { ...body, text: `text ${number}`, evidence };
  }

  /** What people do beside writing messages. @param {Thread} thread @param {Body} answer */
  async #aside({ threadId, messageIds }, answer) {
    const messageId = messageIds[this.random.below(messageIds.length)];
    const of = `/v1/threads/${encodeURIComponent(threadId)}`;
    if (answer['verdict'] === 'end') {
      const review = { outcome: this.random.chance(0.5) ? 'overturned' : 'upheld', reason: 'why', by: 'reviewer' };
      return this.#send(`/v1/decisions/${answer['decisionId']}/review`, review);
    }
    const rating = this.random.chance(0.5) ? 'up' : 'down';
    if (this.random.chance(0.6)) return this.#send(`${of}/feedback`, { rating, messageId, comment: 'why' });
    const status = this.random.chance(0.6) ? 'reported' : 'cleared';
    return this.#send(`${of}/risk`, { status, kind: 'self-harm', messageId, by: 'somebody' });
  }

  /** @param {string} path @param {unknown} body */
  async #send(path, body) {
    await fetch(`${this.urlOf()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: this.#signal(),
    });
  }
}

/** The ingest refused what it should have taken: an error of the suite or of the product, and no fault that was made. */
export class Refused extends Error {}

/** Chance that can be repeated: mulberry32. */
export class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} limit */
  below(limit) {
    return Math.floor(this.next() * limit);
  }

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability;
  }
}
