import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller.js';
import { AdminGuard } from './admin-guard.js';
import { CatchUp } from './catch-up.js';
import { KeysController } from './keys.controller.js';

@Module({ controllers: [AdminController, KeysController], providers: [AdminGuard, CatchUp] })
export class AdminModule {}
