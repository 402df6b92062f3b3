/** One column of a view: its name, the expression over the view's tables, and what an analyst should know of it. */
export type Column = readonly [name: string, expression: string, comment: string];

export interface View {
  readonly name: string;
  readonly comment: string;
  readonly from: string;
  readonly columns: readonly Column[];
}

export const TENANT: Column = ['tenant', 'x.tenant', 'The tenant that this row belongs to.'];
export const THREAD: Column = ['thread_id', 'x.thread_id', 'The thread, by the id that the platform gave it.'];
export const POSITION: Column = [
  'position',
  "x.log_partition || ':' || x.log_offset",
  'Where the event stands on inbound.v1, "partition:offset".',
];
