export { ANALYST_ROLE } from './analysts/analyst-role.js';
export { SQL_ROWS_DEFAULT, SQL_ROWS_MAX, SQL_TIMEOUT_MS_DEFAULT, SQL_TIMEOUT_MS_MAX } from './analysts/analyst-sql.js';
export type { AnalystSql, SqlAnswer, SqlBounds, SqlRefusal } from './analysts/analyst-sql.js';
export { openReadModelsAtRest } from './at-rest.js';
export type { ReadModelsAtRest } from './at-rest.js';
export type { TableChecksum } from './checksums.js';
export type { ContentApplied, ContentBatch, ContentEntry, ContentStore } from './contents/content-store.js';
export { ReadModelsError, SchemaTooNew } from './database/failure.js';
export type { DatabasePlace, ServerPlace } from './database/open-database.js';
export { csvCells, csvHead, csvLine } from './export/csv.js';
export { EXPORT_FORMATS, createEncoder } from './export/encoders.js';
export type { Encoder } from './export/encoder.js';
export type { ExportFormat } from './export/encoders.js';
export { NoSuchView } from './export/export-views.js';
export type { ExportBeginning, ExportOptions, ExportPart, ExportViews } from './export/export-views.js';
export type { ExportColumn } from './export/values.js';
export type { ExportedView } from './export/views.js';
export type {
  ParkedAction,
  ParkedDetails,
  ParkedThread,
  ParkedThreads,
  QuarantinedRecord,
  Released,
  WaitingEntry,
} from './parked/parked-threads.js';
export type { ParkedTopic } from './parked/parked-topic.js';
export type { WhoAndWhy } from './parked/retry.js';
export type { Positions, WaitOptions } from './positions.js';
export type { Applied, Batch, Cursor, Entry } from './projection/entry.js';
export type { Claim, EventProjection } from './projection/event-projection.js';
export type { BranchName, ExplainedMessage, Explanation } from './queries/explain.js';
export type { List, Page, PageOptions } from './queries/list.js';
export { SORTS } from './queries/lists.js';
export { THUMBS } from './queries/filters.js';
export type {
  BranchFilters,
  DecisionFilters,
  EndingFilters,
  FeedbackFilters,
  OfThread,
  ThreadFilters,
} from './queries/lists.js';
export { openAnalystSql, openExportViews, openQueries } from './queries/open-queries.js';
export type { Queries } from './queries/queries.js';
export { isRefusal } from './queries/refusal.js';
export type { QueryRefusal } from './queries/refusal.js';
export type {
  BranchRow,
  CategoryRow,
  DecisionRow,
  EndingRow,
  FeedbackRow,
  GuardRow,
  MessageRow,
  PolicyRow,
  ReviewRow,
  ThreadRow,
} from './queries/rows.js';
export type { Stats } from './queries/stats.js';
export type { TimelineEntry } from './queries/timeline.js';
export type { ComparedTable, DifferingRow } from './rebuild/compare.js';
export type { RunOptions } from './rebuild/begin.js';
export type { RebuildNeed } from './rebuild/need.js';
export { RebuildRefused } from './rebuild/refused.js';
export type { Rebuilds, RunResult } from './rebuild/rebuilds.js';
export { createRebuildRunner } from './rebuild/runner.js';
export type { RebuildProgress, RebuildRunner } from './rebuild/runner.js';
export type { OpenRebuildSource, RebuildSource } from './rebuild/source.js';
export type { RebuildStatus } from './rebuild/status.js';
export { openReadModels } from './read-models.js';
export type { ReadModels } from './read-models.js';
