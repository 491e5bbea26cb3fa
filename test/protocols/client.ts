// Sends a request to a host (second argument) in a protocol (first argument), and prints the answer.
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { HELLO, PORTS } from './hello.ts';

const LIMIT_MS = 100_000;
const [protocol = '', host = ''] = process.argv.slice(2);

/** Waits for the server to speak first, then answers. */
function askTcp(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(PORTS.tcp, host);
    let said = '';
    socket.on('data', (bytes) => {
      if (said === '') socket.write('thanks');
      said += bytes.toString();
      if (!said.includes('echo')) return;
      socket.destroy();
      resolve(said);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(said)}`)));
  });
}

function askHttp2(): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`http://${host}:${PORTS.http2}`);
    session.on('error', reject);
    const stream = session.request({ ':path': '/' });
    let said = '';
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve(said);
    });
  });
}

function askGrpc(): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new Client(`dns:///${host}:${PORTS.grpc}`, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = HELLO;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), (error, bytes) => {
      client.close();
      if (error === null) resolve((bytes ?? '').toString());
      else reject(error);
    });
  });
}

const ask = { tcp: askTcp, http2: askHttp2, grpc: askGrpc }[protocol];
const timer = setTimeout(() => {
  process.stdout.write(`no answer within ${LIMIT_MS} ms`);
  process.exit();
}, LIMIT_MS);
process.stdout.write(await (ask?.() ?? Promise.resolve(`no protocol ${protocol}`)).catch(String));
clearTimeout(timer);
