import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, Problem } from './problem.js';

/** What Node's parser of HTTP says, where it is more exact than "malformed". */
const PROBLEM_OF_CODE = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
} as const;

/** A request that cannot be read never reaches the router; its answer is written by hand, and the connection is over. */
export function refuseUnreadable({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) {
    socket.destroy();
    return;
  }
  const name = PROBLEM_OF_CODE[code as keyof typeof PROBLEM_OF_CODE] ?? 'malformed-request';
  const { document, status } = new Problem(name);
  const body = JSON.stringify(document);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end([...head, '', body].join('\r\n'));
}

/**
 * Lines are answered while they arrive. A second answer in the middle of the first one would be read as a part of it; cut off
 * it is seen not to be whole. Node keeps the answer in progress at its socket, and asks there for the same purpose.
 */
function hasBegunToAnswer(socket: Socket): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: ServerResponse | null };
  return answer?.headersSent === true;
}
