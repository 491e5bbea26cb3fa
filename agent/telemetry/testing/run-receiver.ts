import { createServer } from 'node:http';
import { startOtlpReceiver } from './otlp-receiver.ts';

// A receiver on 127.0.0.1:4318 for tests whose agent is in a network namespace. GET :4319/ returns the points so far, one a line.
const receiver = await startOtlpReceiver(4318);
createServer((_request, response) => response.end(receiver.points().join('\n'))).listen(4319, '127.0.0.1');
