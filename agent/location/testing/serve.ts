import { startInstanceMetadata, startTaskMetadata } from './metadata-services.ts';

// Serves both metadata services on their real addresses, for a network namespace that has these addresses.
await startTaskMetadata('task-ec2.json', 'normal', { host: '169.254.170.2', port: 80 });
await startInstanceMetadata('normal', { host: '169.254.169.254', port: 80 });
process.stdout.write('serving\n');
