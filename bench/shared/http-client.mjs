/** Calls a server over kept-alive connections with as little of this process's own time as it takes. */
import { Agent, request } from 'node:http';

export function createClient(url, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const { hostname, port } = new URL(url);

  /** Resolves with the status and the body, a Buffer, when the answer is whole. */
  function send(method, path, { headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const call = request({ agent, hostname, port, path, method, headers }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(chunks) }));
        answer.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  const post = (path, type, body) =>
    send('POST', path, { headers: { 'content-type': type, 'content-length': body.length }, body });
  const get = (path) => send('GET', path);
  return { post, get, close: () => agent.destroy() };
}
