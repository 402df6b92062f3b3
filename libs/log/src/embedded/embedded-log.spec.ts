import { openTemporaryLog } from '../testing/temporary-log.js';
import { eventLogContract } from '../contract/event-log-contract.js';

eventLogContract('The embedded log', {
  open: openTemporaryLog,
  features: { clock: true, oneMember: true },
});
