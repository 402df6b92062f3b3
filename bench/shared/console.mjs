/** The console over read models that are there already, as a process of its own: `node console.mjs PLACE PARTITIONS`. */
import { ConsoleModule } from '@offramp/console';
import { openTemporaryLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';

const [place, partitions = 1] = process.argv.slice(2);
const readModels = await openReadModels(JSON.parse(place));
const temporary = await openTemporaryLog({ partitions: Number(partitions) });
const logger = createLogger('warn');
const { config } = parseConfig({});
class BenchModule {}
const imports = [ServiceModule.forRoot({ config, log: temporary.log, logger }), ConsoleModule.forRoot(readModels)];
const app = await createHttpApp(
  { module: BenchModule, imports },
  { logger, info: { title: 'Console', description: '', version: '0' } },
);
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);

// Its input ends with whoever started it.
process.stdin.resume().on('end', async () => {
  await app.close();
  await readModels.close();
  await temporary.destroy();
  process.exit(0);
});
