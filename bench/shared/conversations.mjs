/** The workload of the benchmarks: conversations of turns in alternation, some of them abusive all along. */
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** `threads` conversations side by side; every `troubled`-th of them is abusive on each user turn. */
export function conversations(messages, options) {
  return Array.from({ length: messages }, (_, i) => messageOf(i, options));
}

/** The i-th message of all. */
export function messageOf(i, { threads, troubled }) {
  const thread = i % threads;
  const turn = Math.floor(i / threads);
  const user = turn % 2 === 0;
  const abuse = thread % troubled === 0 ? 0.95 : 0.02;
  return {
    specversion: '1.0',
    id: `default/t${thread}/m${turn}`,
    source: 'default',
    subject: `t${thread}`,
    type: 'offramp.message.posted.v1',
    time: new Date(START + i).toISOString(),
    data: {
      messageId: `m${turn}`,
      parentId: turn === 0 ? null : `m${turn - 1}`,
      role: user ? 'user' : 'assistant',
      ...(user
        ? {
            evidence: {
              assessor: 'platform',
              version: '1',
              status: 'assessed',
              harm: { abuse },
              risk: { 'self-harm': 0.01 },
            },
          }
        : { seen: `0:${i}` }),
    },
  };
}
