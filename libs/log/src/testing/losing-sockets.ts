import { type Socket, connect } from 'node:net';
import type { ISocketFactory } from '../kafka/kafkajs.js';

/** Keys of the Kafka protocol. */
export const PRODUCE = 0;
export const DELETE_RECORDS = 21;

export interface LosingSockets {
  readonly socketFactory: ISocketFactory;
  /**
   * Lets the broker have requests of a kind and answer them, and cuts the connection when the answer arrives: so many times.
   * Whoever sent it can't know whether it was done.
   */
  loseAnswersTo(apiKey: number, times: number): void;
  /** How many answers were lost. */
  readonly lost: number;
}

/** Connections that break at the worst moment. */
export function createLosingSockets(): LosingSockets {
  let armed = { apiKey: -1, times: 0 };
  let lost = 0;

  const watch = (socket: Socket): Socket => {
    let isDoomed = false;
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = ((data: Buffer, ...rest: unknown[]) => {
      // 4 bytes of length, then the key.
      if (armed.times > 0 && data.length >= 6 && data.readInt16BE(4) === armed.apiKey) {
        armed.times--;
        isDoomed = true;
      }
      return write(data, ...rest);
    }) as typeof socket.write;
    socket.emit = ((event: string, ...args: unknown[]) => {
      if (event !== 'data' || !isDoomed) return emit(event, ...args);
      lost++;
      isDoomed = false;
      socket.destroy(new Error('the connection was lost'));
      return true;
    }) as typeof socket.emit;
    return socket;
  };

  return {
    socketFactory: ({ host, port, onConnect }) => watch(connect({ host, port }, onConnect)),
    loseAnswersTo(apiKey, times) {
      armed = { apiKey, times };
    },
    get lost() {
      return lost;
    },
  };
}
