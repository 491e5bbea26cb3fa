import { runProxyinit } from '../main.ts';

process.exitCode = await runProxyinit(
  { command: 'apply', dryRun: process.argv.includes('--dry-run') },
  process.env,
  process.stdout,
);
