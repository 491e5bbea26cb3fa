import { setTimeout as sleep } from 'node:timers/promises';
import { operationNamed } from '../../controlplane/model/operations.ts';
import { parseEndpoint } from './endpoint.ts';
import { CallError } from './errors.ts';
import { createSender, type WireResponse } from './send.ts';
import { createSigner, type Signer } from './sign.ts';
import { errorCode } from '../../common/error-code.ts';

/** How to connect to a control plane. */
export type ClientOptions = {
  readonly endpoint: string;
  readonly region: string;
  /** Certificates (PEM) of authorities to trust beside the usual ones. */
  readonly caFile?: string | undefined;
};

/** Query parameters, not escaped. */
export type Query = Readonly<Record<string, string>>;

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Calls one control plane. Its methods reject with a CallError. */
export type Client = {
  /** Calls an operation of the API; `operation` and the members of `input` have the names of the API model. */
  call(operation: string, input: Json): Promise<Json>;
  /** Reads one of the control plane's own JSON endpoints, e.g. `/status`. */
  read(path: string, query?: Query): Promise<Json>;
  /** Calls one of the control plane's own endpoints that take a POST. Default of `body`: none. */
  post(path: string, body?: Json): Promise<Json>;
  /** Reads an endpoint that answers with text, e.g. `/backup`. */
  readText(path: string): Promise<string>;
  close(): void;
};

/** The most attempts of a call that fails for a transient reason, and the base of the back-off with jitter, in milliseconds. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;

/**
 * Creates a client for the control plane at an endpoint. The first call looks for credentials.
 * @throws CommandError if the endpoint is not a URL; its exit code is 1, as for every wrong setting
 */
export function createClient(
  { endpoint, region, caFile }: ClientOptions,
  env: NodeJS.ProcessEnv = process.env,
): Client {
  const url = parseEndpoint(endpoint);
  const sender = createSender(url, caFile);
  let signer: Promise<Signer> | undefined;

  const attempt = async (request: Request): Promise<WireResponse> => {
    signer ??= createSigner(url, region, env);
    const sign = await signer;
    const { query, ...rest } = request;
    const headers = await sign({ ...request, headers: { host: url.host, ...CONTENT_TYPE } });
    const text = Object.entries(query).map(([name, value]) => `${escape(name)}=${escape(value)}`);
    const path = text.length === 0 ? request.path : `${request.path}?${text.join('&')}`;
    return sender.send({ ...rest, path, headers });
  };
  const exchange = async <T>(
    request: Request,
    take: (answer: WireResponse, what: string) => T,
  ): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt(request).catch((error: unknown) => error);
      if (!mayPass(answer) || tries === ATTEMPTS) {
        if (answer instanceof Error) throw answer;
        return take(answer as WireResponse, `${request.method} ${url.origin}${request.path}`);
      }
      await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** tries);
    }
  };
  const get = (path: string, query: Query = {}): Request => {
    return { method: 'GET', path: `${url.pathname.replace(/\/$/, '')}${path}`, query, body: '' };
  };
  return {
    call: (name, input) => exchange(requestOf(name, input), resultOf),
    read: (path, query) => exchange(get(path, query), resultOf),
    post: (path, body) =>
      exchange(
        { ...get(path), method: 'POST', body: body === undefined ? '' : JSON.stringify(body) },
        resultOf,
      ),
    readText: (path) => exchange(get(path), textOf),
    close: () => sender.close(),
  };
}

type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly body: string;
};

const CONTENT_TYPE = { 'content-type': 'application/json' };

// The API model says which members of an input go into the path and the query; all others go into the body.
function requestOf(name: string, input: Json): Request {
  const operation = operationNamed(name);
  const query: Record<string, string> = {};
  const body: Record<string, unknown> = {};
  let { path } = operation;
  for (const [member, value] of Object.entries(input)) {
    const location = operation.input.members?.[member]?.location;
    if (location === 'uri') path = path.replace(`{${member}}`, () => escape(String(value)));
    else if (location === 'querystring') query[member] = String(value);
    else body[member] = value;
  }
  return {
    method: operation.method,
    path,
    query,
    body: operation.method === 'PUT' ? JSON.stringify(body) : '',
  };
}

// Escapes as AWS does: encodeURIComponent leaves five characters that SigV4 wants escaped.
function escape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// Every call is idempotent: creates have a client token, and updates replace the whole specification.
function mayPass(answer: unknown): boolean {
  if (answer instanceof CallError) return errorCode(answer.cause) === 'ECONNRESET';
  const { status } = answer as { readonly status?: number };
  return status === 429 || status === 503;
}

function textOf(answer: WireResponse, what: string): string {
  return answer.status === 200 ? answer.body : refuse(answer, what);
}

function resultOf(answer: WireResponse, what: string): Json {
  const json = parse(answer.body);
  return answer.status === 200 && json !== undefined ? json : refuse(answer, what);
}

function refuse({ status, headers, body }: WireResponse, what: string): never {
  const json = parse(body);
  const code = headers['x-amzn-errortype'];
  if (typeof code === 'string' && typeof json?.['message'] === 'string') {
    throw new CallError(`${json['message']} (${code})`, { code, status });
  }
  throw new CallError(
    `${what} answered ${status}, which is not an answer of this API: ${body.slice(0, 300)}`,
    {
      status,
    },
  );
}

function parse(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
