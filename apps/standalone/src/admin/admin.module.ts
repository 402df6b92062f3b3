import { Module } from '@nestjs/common';
import { AdminController } from './admin.controller.js';
import { AdminGuard } from './admin-guard.js';
import { CatchUp } from './catch-up.js';

@Module({ controllers: [AdminController], providers: [AdminGuard, CatchUp] })
export class AdminModule {}
