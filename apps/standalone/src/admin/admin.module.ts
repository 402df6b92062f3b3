import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller.js';
import { AdminGuard } from './admin-guard.js';
import { CatchUp } from './catch-up.js';
import { DeadController } from './dead.controller.js';
import { ExportController } from './export.controller.js';
import { KeysController } from './keys.controller.js';
import { Rebuild } from './rebuild.js';
import { RebuildController } from './rebuild.controller.js';
import { SqlController } from './sql.controller.js';

@Module({
  controllers: [AdminController, DeadController, ExportController, KeysController, RebuildController, SqlController],
  providers: [AdminGuard, CatchUp, Rebuild],
})
export class AdminModule {}
