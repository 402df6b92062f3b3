/*
 * Exit 0 where the process in this container is alive. Not where it is ready: a process that waits for Kafka, or has a stopped
 * partition, gets no better by being started again; readiness is for whoever sends it traffic.
 */
const EVERYWHERE = ['0.0.0.0', '::'];
const ANSWER_WITHIN_MS = 4000;

const { OFFRAMP_HOST: host = '127.0.0.1', OFFRAMP_PORT: port = '8420' } = process.env;
const address = EVERYWHERE.includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
try {
  const answer = await fetch(`http://${address}:${port}/healthz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
} catch (error) {
  console.error(`Not alive at ${address}:${port}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
