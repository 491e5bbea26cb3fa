import { createServer, type Server } from 'node:net';

/**
 * Starts an HTTP/1 server that works byte by byte, with its name as Server. It answers a complete request with the received bytes, or as the
 * request's header lines say: `x-answer`, the answer in base64; `x-lines`, the number of further header lines; `x-bytes`, the length of a further
 * header line; `x-silent`, no answer.
 */
export function serveRaw(name: string, port: number, host: string | undefined): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    let request = '';
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString('latin1');
      if (!isWhole(request)) return;
      if (header(request, 'x-silent') === undefined) socket.write(answerTo(name, request), 'latin1');
      request = '';
    });
  }).listen(port, host);
}

function isWhole(request: string): boolean {
  const [head = '', ...rest] = request.split('\r\n\r\n');
  if (rest.length === 0) return false;
  if (header(head, 'transfer-encoding') !== undefined)
    return /(^|\r\n)0\r\n(.|\r\n)*\r\n$/.test(rest.join('\r\n\r\n'));
  return rest.join('\r\n\r\n').length >= Number(header(head, 'content-length') ?? 0);
}

function answerTo(name: string, request: string): string {
  const [head = ''] = request.split('\r\n\r\n');
  const planned = header(head, 'x-answer');
  if (planned !== undefined) return Buffer.from(planned, 'base64').toString('latin1');
  const lines = Array.from(
    { length: Number(header(head, 'x-lines') ?? 0) },
    (_, at) => `x-line-${at}: v\r\n`,
  );
  const bytes = Number(header(head, 'x-bytes') ?? 0);
  const long = bytes === 0 ? '' : `x-long: ${'l'.repeat(bytes)}\r\n`;
  const status = `HTTP/1.1 200 OK\r\nServer: ${name}\r\nContent-Length: ${request.length}\r\n`;
  return `${status}${lines.join('')}${long}\r\n${request}`;
}

function header(head: string, name: string): string | undefined {
  return new RegExp(`\r\n${name}: *([^\r]*)`, 'i').exec(head)?.[1];
}
