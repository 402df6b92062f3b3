import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ENDINGS, REVIEW_QUEUE } from './ending-views.js';
import { replaceView } from './views-sql.js';

/* Thumbs that name a decision of another thread were counted on it. */
export class ThumbsOfOneThread1764202100000 implements MigrationInterface {
  readonly name = 'ThumbsOfOneThread1764202100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const view of [ENDINGS, REVIEW_QUEUE]) await runner.query(replaceView(view));
  }

  async down(): Promise<void> {
    // The columns are the same, and nobody wants the wrong sums back.
  }
}
