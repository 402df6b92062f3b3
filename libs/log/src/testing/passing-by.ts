import { writeSync } from 'node:fs';
import { armFailPoint, passFailPoint } from '../fail-points.js';

/* Passes a fail point again and again, and says so each time before: `passing-by.ts ARMED_AT`, where 0 arms nothing. */

const count = Number(process.argv[2]);
if (count > 0) armFailPoint({ point: 'after-read', count, action: 'die' });
for (let time = 1; time <= 5; time++) {
  writeSync(1, `${time}`);
  passFailPoint('after-fold');
  passFailPoint('after-read');
}
writeSync(1, ' done\n');
