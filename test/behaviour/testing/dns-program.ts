// A DNS server on 127.0.0.1. It receives its answers on a Unix socket (its argument): the body of a request is Answers.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import type { Answer, Answers } from './dns.ts';

const A = 1;
const CODES = { nxdomain: 3, servfail: 2 } as const;

let answers: Answers = {};

const server = createSocket('udp4');
server.on('message', (question, { address, port }) => {
  const answer = answers[nameIn(question)] ?? 'nxdomain';
  if (answer !== 'silent') server.send(replyTo(question, answer), port, address);
});
server.bind(53, '127.0.0.1', () => {
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answers = JSON.parse(Buffer.concat(chunks).toString()) as Answers;
      response.end();
    });
  }).listen(process.argv[2], () => process.stdout.write('ready\n'));
});

function nameIn(message: Buffer): string {
  const labels: string[] = [];
  for (let at = 12, length = message[at] ?? 0; length > 0; at += 1 + length, length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
  }
  return labels.join('.').toLowerCase();
}

/** Builds a reply (RFC 1035): the question, and one A record per address if the question is for type A. */
function replyTo(message: Buffer, told: Exclude<Answer, 'silent'>): Buffer {
  // Labels, then two bytes each of type and class.
  const end = message.indexOf(0, 12) + 5;
  const question = message.subarray(12, end);
  const wantsA = question.readUInt16BE(question.length - 4) === A;
  const addresses = typeof told !== 'string' && wantsA ? told.addresses : [];
  const head = Buffer.alloc(12);
  message.copy(head, 0, 0, 2);
  const code = typeof told === 'string' && told !== 'empty' ? CODES[told] : 0;
  // A response, recursion desired and available.
  head.writeUInt16BE(0x81_80 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    // The name of the question, type A, class IN, a TTL of one second, four bytes.
    const record = Buffer.from('c00c00010001000000010004', 'hex');
    return Buffer.concat([record, Buffer.from(address.split('.').map(Number))]);
  });
  return Buffer.concat([head, question, ...records]);
}
