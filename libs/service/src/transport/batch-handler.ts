import { Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { Topic } from '@offramp/events';
import type { StoredRecord } from '@offramp/log';
import { type Observable, throwError } from 'rxjs';

/** What a handler is called with. */
export interface Batch {
  readonly topic: Topic;
  readonly partition: number;
  /** In order, at least one; none where `assigned` or `revoked`. */
  readonly records: readonly StoredRecord[];
  /** The offset that the next record of the partition will get, when this batch was read. */
  readonly end: number;
  /** Aborted when the partition is to be given up. Finish what is begun; begin nothing long. */
  readonly signal: AbortSignal;
  /** The first call, and again after every failure: drop what is in memory and say where to start. */
  readonly assigned: boolean;
  /**
   * The offset where the group has kept that it is; undefined where it has not kept any. Only where `assigned`, and for
   * handlers with `startsAtPosition`.
   */
  readonly position?: number | undefined;
  /** The last call: the partition is given up, release what belongs to it. The answer is not used. */
  readonly revoked: boolean;
}

/**
 * Handles one partition's records, one call at a time. Resolves to the offset to read from next, when everything before it
 * is handled for good. An error with `retriable: true` (such as a LogError) makes the transport back off and ask again with
 * `assigned`; any other stops the partition with an alarm. Such a one may carry `handledTo`, an offset: what comes before it in
 * the batch is handled, and the metrics show that the partition stands there.
 */
export type BatchFunction = (batch: Batch) => Promise<number>;

export interface BatchHandlerOptions {
  readonly topic: Topic;
  /** The members of a group share the partitions among them. Also the name in metrics and logs. */
  readonly group: string;
  /** Every process reads all partitions by itself, as a tail, instead of sharing them. */
  readonly everyPartition?: boolean;
  /** Only these partitions, of those that this process has. */
  readonly partitions?: readonly number[];
  /**
   * Looks up where the group is before the first call, for handlers that know by no other way where to start. What they
   * have handled since the position was kept comes again after a crash.
   */
  readonly startsAtPosition?: boolean;
  /** Default 1,000. */
  readonly maxRecords?: number;
  /** Default 4 MiB. */
  readonly maxBytes?: number;
  /**
   * How long to collect more after the first record, ms, while the batch is not full. Default 0. Without `urgent`, one that
   * becomes full meanwhile waits for the rest of the time.
   */
  readonly lingerMs?: number;
  /** Ends the lingering at once where true of a record, because somebody is waiting for it. */
  readonly urgent?: (record: StoredRecord) => boolean;
}

/** Only our own transport takes these handlers. */
export const LOG_TRANSPORT = Symbol('offramp-log');

/** Nest would turn an error into a text; the transport needs the error itself to know whether to try again. */
@Catch()
class ErrorsAsTheyAre implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** A decorator that only fits a method which is a `BatchFunction`. */
export type BatchMethodDecorator = <Method extends BatchFunction>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** Marks a controller's `BatchFunction` as the handler of a topic for a group. */
export function BatchHandler(options: BatchHandlerOptions): BatchMethodDecorator {
  const pattern = EventPattern(`${options.group} of ${options.topic}`, LOG_TRANSPORT, { batchHandler: options });
  const filters = UseFilters(ErrorsAsTheyAre);
  return (target, name, descriptor) => {
    pattern(target as never, name as never, descriptor as never);
    filters(target, name, descriptor);
  };
}
