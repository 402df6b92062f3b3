import { type INestApplication, Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { OpenApiInfo } from './open-api-document.js';

/** The OpenAPI 3.1 document of an app, made when it is first asked for, from the same schemas that check the requests. */
@Injectable()
export class OpenApi {
  private make: (() => Promise<OpenAPIObject>) | undefined;
  private made: Promise<OpenAPIObject> | undefined;

  describe(app: INestApplication, info: OpenApiInfo): void {
    this.make = async () => (await import('./open-api-document.js')).createOpenApiDocument(app, info);
  }

  document(): Promise<OpenAPIObject> {
    if (this.make === undefined) throw new Error('The app was not described; see createHttpApp');
    return (this.made ??= this.make());
  }
}
