import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Access } from '../access/access.js';
import { DOCS_PAGE, DOCS_PAGE_POLICY } from './docs-page.js';
import { OpenApi } from './open-api.js';
import { Undocumented } from './operation.js';

@Access('public')
@Undocumented()
@Controller()
export class DocsController {
  constructor(@Inject(OpenApi) private readonly openApi: OpenApi) {}

  @Get('openapi.json')
  document(): Promise<OpenAPIObject> {
    return this.openApi.document();
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', DOCS_PAGE_POLICY)
  page(): string {
    return DOCS_PAGE;
  }
}
