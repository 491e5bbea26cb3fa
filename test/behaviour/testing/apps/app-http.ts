import type { IncomingHttpHeaders } from 'node:http';
import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Held } from './app-held.ts';
import type { Seen } from './app-options.ts';
import { planned, type Attempts } from '../callers/attempts.ts';

/** The port that received the request, and the state of its app. */
export type AppPort = {
  readonly name: string;
  readonly port: number;
  readonly attempts: Attempts;
  readonly sick: ReadonlySet<number>;
  readonly failing: ReadonlySet<number>;
  readonly held: Held;
};

/** The common part of HTTP/1.1 and HTTP/2 requests. */
type Request = {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly httpVersion: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { destroy(): unknown };
  readonly stream?: { close(code: number): void };
};

/** The common part of HTTP/1.1 and HTTP/2 responses. */
type Response = {
  writeHead(status: number, headers?: Readonly<Record<string, string>>): unknown;
  write(text: string): unknown;
  end(text: string): unknown;
};

/** The path of health checks. */
const HEALTH_PATH = '/health';

/** Answers with the received request as JSON, or as the request's plan says. */
export function answerHttp(app: AppPort, request: Request, response: Response): void {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
  );
  if (request.url === HEALTH_PATH) {
    response.writeHead(app.sick.has(app.port) ? 503 : 200);
    response.end('');
    return;
  }
  const attempt = app.attempts.next(headers['x-id'] ?? '');
  const step = app.failing.has(app.port) ? '500' : planned(headers['x-plan'], attempt);
  const seen: Seen = {
    name: app.name,
    port: app.port,
    attempt,
    method: request.method ?? '',
    path: request.url ?? '',
    host: headers[':authority'] ?? headers['host'] ?? '',
    version: request.httpVersion,
    headers,
  };
  void act(step, app.held, request, response, JSON.stringify(seen));
}

async function act(
  step: string,
  held: Held,
  request: Request,
  response: Response,
  body: string,
): Promise<void> {
  const [what = '', detail = ''] = step.split(':');
  if (what === 'hang') return;
  if (what === 'reset') return void request.socket.destroy();
  if (what === 'refuse') return request.stream?.close(constants.NGHTTP2_REFUSED_STREAM);
  if (what === 'stall') {
    response.writeHead(200);
    response.write('the beginning');
    return;
  }
  if (what === 'wait') await sleep(Number(detail));
  if (what === 'held') await held.released(detail);
  response.writeHead(Number(what) || 200, { 'content-type': 'application/json' });
  response.end(body);
}
