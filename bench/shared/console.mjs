/** The query API over the read models of a Postgres server, as a process of its own: its URL is the first line that it prints. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { ConsoleModule } from '@offramp/console';
import { openTemporaryLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';

const readModels = await openReadModels({ url: process.argv[2] });
const temporary = await openTemporaryLog();
const logger = createLogger('silent');
class BenchModule {}
Module({
  imports: [
    ServiceModule.forRoot({ config: parseConfig({}).config, log: temporary.log, logger }),
    ConsoleModule.forRoot(readModels),
  ],
})(BenchModule);
const app = await createHttpApp(BenchModule, { logger, info: { title: 'Console', description: '', version: '0' } });
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
process.once('SIGTERM', async () => {
  await app.close();
  await readModels.close();
  await temporary.destroy();
  process.exit(0);
});
