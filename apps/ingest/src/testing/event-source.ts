/** One server-sent event as a client sees it. */
export interface SentEvent {
  readonly id: string;
  /** Empty where it carries no data. */
  readonly data: string;
}

/** A client of server-sent events that reads only when it is asked to. */
export interface EventSource {
  readonly response: Response;
  /** The next event that carries data; undefined: the stream has ended. */
  next(): Promise<SentEvent | undefined>;
  /** The id that a client would go on from. */
  readonly lastEventId: string | undefined;
  /** Lines that carry nothing, up to the event that was read last. */
  readonly comments: readonly string[];
  close(): Promise<void>;
}

export async function openEventSource(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventSource> {
  const gone = new AbortController();
  const response = await fetch(url, { headers, signal: gone.signal });
  const chunks = response
    .body!.pipeThrough(new TextDecoderStream() as never)
    [Symbol.asyncIterator]() as AsyncIterator<string>;
  let text = '';
  let lastEventId: string | undefined;
  const comments: string[] = [];

  async function block(): Promise<string | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const found = text.slice(0, end);
        text = text.slice(end + 2);
        return found;
      }
      const { value, done } = await chunks.next().catch(() => ({ value: '', done: true }));
      if (done === true) return undefined;
      text += value;
    }
  }

  return {
    response,
    get lastEventId() {
      return lastEventId;
    },
    comments,
    async next() {
      for (;;) {
        const lines = (await block())?.split('\n');
        if (lines === undefined) return undefined;
        const of = (field: string) => lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2);
        comments.push(...lines.filter((line) => line.startsWith(':')));
        lastEventId = of('id') ?? lastEventId;
        const data = of('data');
        if (data !== undefined) return { id: lastEventId!, data };
      }
    },
    async close() {
      gone.abort();
      await chunks.return?.().catch(() => undefined);
    },
  };
}
