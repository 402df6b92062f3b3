import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { SCOPES, keyIdSchema, keyTenantSchema, nameSchema, scopeSchema } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import {
  Access,
  type ApiKey,
  EVENT_LOG,
  NOW,
  type Now,
  Problem,
  Undocumented,
  createKey,
  listKeys,
  revokeKey,
} from '@offramp/service';
import { z } from 'zod';
import { AdminGuard } from './admin-guard.js';

const keyRequestSchema = z.object({
  tenant: keyTenantSchema,
  scopes: z.array(scopeSchema).min(1).max(SCOPES.length),
  name: nameSchema(64),
  by: nameSchema(128),
});
const revocationSchema = z.object({ by: nameSchema(128) });

const CREATED = 201;

/** Keys of all tenants, for the CLI of the same machine. */
@Access('own')
@Undocumented()
@Controller('admin/v1/keys')
@UseGuards(AdminGuard)
export class KeysController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Get()
  async list(): Promise<{ data: readonly ApiKey[] }> {
    return { data: await listKeys(this.log) };
  }

  /** The one answer that ever holds the key. */
  @Post()
  @HttpCode(CREATED)
  create(@Body({ schema: keyRequestSchema }) request: z.output<typeof keyRequestSchema>) {
    return createKey(this.log, { ...request, time: this.time() });
  }

  @Delete(':keyId')
  async revoke(
    @Param('keyId', { schema: keyIdSchema }) keyId: string,
    @Body({ schema: revocationSchema }) { by }: z.output<typeof revocationSchema>,
  ): Promise<ApiKey> {
    const key = await revokeKey(this.log, { keyId, by, time: this.time() });
    if (key === undefined) throw new Problem('not-found', { detail: `There is no key ${keyId}` });
    return key;
  }

  private time(): string {
    return new Date(this.now()).toISOString();
  }
}
