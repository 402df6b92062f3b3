import { verifier } from './verify.mjs';

process.exitCode = await verifier({ args: process.argv.slice(2) });
