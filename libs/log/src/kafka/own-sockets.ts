import type { Socket } from 'node:net';
import type { ISocketFactory } from './kafkajs.js';
import { defaultSocketFactory } from './internals.js';

export interface OwnSockets {
  readonly socketFactory: ISocketFactory;
  /** Closes what is still open. */
  destroy(): void;
}

/**
 * The connections of one producer or reader. kafkajs forgets some of them when it has to look for brokers anew: they stay open
 * for as long as the process lives, and keep it alive.
 */
export function createOwnSockets(base: ISocketFactory = defaultSocketFactory()): OwnSockets {
  const sockets = new Set<Socket>();
  let isOver = false;
  return {
    socketFactory: (options) => {
      const socket = base(options);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // kafkajs hears of it where it still listens; where not, nobody has to.
      socket.on('error', () => undefined);
      // A request that was under way when everything ended: kafkajs connects anew to ask again.
      if (isOver) socket.destroy(new Error('the connection was given up'));
      return socket;
    },
    destroy() {
      isOver = true;
      // With an error, since kafkajs does not notice that a connection was merely closed, and goes on looking after it.
      for (const socket of sockets) socket.destroy(new Error('the connection is given up'));
    },
  };
}
