// Usage: node app.ts PORT…. An app without TLS: it answers each request on these ports with the port.
import { createServer } from 'node:http';

const ports = process.argv.slice(2).map(Number);
await Promise.all(
  ports.map(
    (port) =>
      new Promise<void>((resolve) => {
        // It closes no idle connection, which an Envoy might be about to use.
        const options = { keepAliveTimeout: 3_600_000 };
        createServer(options, (_incoming, outgoing) => void outgoing.end(String(port))).listen(port, resolve);
      }),
  ),
);
process.stdout.write('ready\n');
