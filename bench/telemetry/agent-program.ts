// The agent's telemetry as a process of its own. For each line on stdin it prints a line of JSON: its counts, CPU time and memory.
import { createInterface } from 'node:readline';
import { openTelemetry } from '../../agent/telemetry/telemetry.ts';
import { readTelemetry } from '../../agent/telemetry/settings/telemetry-settings.ts';
import { NOWHERE } from '../../agent/location/location.ts';
import { createLog } from '../../common/log.ts';
import { compileSettings } from '../../common/settings.ts';

const telemetry = await openTelemetry({
  settings: compileSettings(process.env, readTelemetry),
  facts: {
    resource: { id: 'mesh/m/virtualNode/n', mesh: 'm', kind: 'virtualNode', name: 'n' },
    location: NOWHERE,
    instance: 'bench',
  },
  daemon: { host: '127.0.0.1', port: 1 },
  version: 'bench',
  log: createLog('bench', 'silent'),
});

for await (const _line of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage();
  const { inputs, outputs } = telemetry.status();
  process.stdout.write(
    `${JSON.stringify({ inputs, outputs, cpuMs: (user + system) / 1000, rss: process.memoryUsage().rss })}\n`,
  );
}
await telemetry.close();
