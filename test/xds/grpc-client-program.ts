// A gRPC client that discovers its service by xDS: `node grpc-client-program.ts SERVICE LIMIT_MS`, with a bootstrap in GRPC_XDS_BOOTSTRAP_CONFIG. For
// each line on its standard input it makes one call, with a time-out of LIMIT_MS milliseconds (default: 60,000), and prints the answer or the error.
import { createInterface } from 'node:readline';
import { Client, credentials } from '@grpc/grpc-js';
import { register } from '@grpc/grpc-js-xds';

const [service = '', limitMs = '60000'] = process.argv.slice(2);

register();
const client = new Client(`xds:///${service}`, credentials.createInsecure());
const asTheyAre = (bytes: Buffer): Buffer => bytes;

for await (const word of createInterface(process.stdin)) {
  const deadline = Date.now() + Number(limitMs);
  const answer = await new Promise<string>((resolve) => {
    client.makeUnaryRequest(
      '/test.Echo/Say',
      asTheyAre,
      asTheyAre,
      Buffer.from(word),
      { deadline },
      (error, value) => resolve(error === null ? String(value) : `${error.code} ${error.details}`),
    );
  });
  process.stdout.write(`${answer}\n`);
}
client.close();
process.exit();
