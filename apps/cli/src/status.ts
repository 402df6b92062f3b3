/** The part of GET /admin/v1/status that commands use. */
export interface ServerStatus {
  readonly version: string;
  readonly tenant: string;
  readonly partitions: number;
  readonly project: 'all' | 'decisions';
}
