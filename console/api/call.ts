import { BODY_LIMIT, bodyTooLong } from '../../controlplane/model/body-limit.ts';
import { addressIn } from './base.ts';
import { TOKEN_HEADER } from '../../controlplane/console/contract.ts';
import { parseJson } from '../../common/parse-json.ts';

/** An error answer of the control plane, or none: `status` 0, or 408 if it did not come in time. The message is for people: show it as text. */
export class CallError extends Error {
  readonly status: number;
  /** The code of the API's error, e.g. `BadRequestException`; `away` if the control plane does not answer. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** How long an answer may take, in milliseconds. */
const LIMIT_MS = 30_000;
/** Statuses of a proxy whose control plane does not answer. The control plane's own answers have a code beside them. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);
/** Codes of a call without a valid session: the session has ended, or the browser has dropped the cookie (after 8 hours, or when another page signs out). */
const ENDED: ReadonlySet<string> = new Set(['ExpiredTokenException', 'MissingAuthenticationTokenException']);

let token = '';
let sessionEnds = (): void => {};
let readToken = (): Promise<void> => Promise.resolve();

/** Sets the session's token, which each call that changes something carries. */
export function useToken(value: string): void {
  token = value;
}

/** Sets what happens when the control plane no longer knows the session of a call, e.g. because its key was withdrawn. */
export function onSessionEnd(listener: () => void): void {
  sessionEnds = listener;
}

/** Sets how to read the session again, and with it the token (`useToken`). */
export function onTokenRefused(read: () => Promise<void>): void {
  readToken = read;
}

/** Options of a call. `body` is sent as JSON. */
export type CallOptions = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/**
 * Calls the control plane that the page comes from, and returns the JSON of its answer. If the browser has begun another session in another tab, the
 * token of this page is that of the earlier one: the call reads the new one, and is sent again.
 * @throws CallError
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const sent = token;
  try {
    return jsonOf(await ask(path, options)) as T;
  } catch (error) {
    const isRefused = error instanceof CallError && error.code === 'ForbiddenException';
    if (!isRefused || sent === '' || (options.method ?? 'GET') === 'GET') throw error;
    await readToken();
    if (token === sent) throw error;
    return jsonOf(await ask(path, options)) as T;
  }
}

/** A value with its entity tag; the empty tag if the answer has none. */
export type Tagged<T> = { readonly value: T; readonly tag: string };

/**
 * Reads a value unless it is still the one with this tag, and returns `unchanged` then.
 * @throws CallError
 */
export async function readIfChanged<T>(path: string, tag: string): Promise<Tagged<T> | 'unchanged'> {
  const answer = await ask(path, tag === '' ? {} : { headers: { 'if-none-match': tag } });
  if (answer.response.status === 304) return 'unchanged';
  return { value: jsonOf(answer) as T, tag: answer.response.headers.get('etag') ?? '' };
}

type Answer = { readonly path: string; readonly response: Response; readonly text: string };

async function ask(path: string, options: CallOptions): Promise<Answer> {
  const { method = 'GET', body, headers = {}, signal } = options;
  const limit = AbortSignal.timeout(LIMIT_MS);
  const sent = body === undefined ? undefined : new Blob([JSON.stringify(body)]);
  // The control plane closes the connection of a longer one, which a browser may take for a control plane that is away.
  if (sent !== undefined && sent.size > BODY_LIMIT)
    throw new CallError(413, 'RequestEntityTooLargeException', bodyTooLong(BODY_LIMIT));
  try {
    const response = await fetch(addressIn(path), {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' || token === '' ? {} : { [TOKEN_HEADER]: token }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    return { path, response, text: await response.text() };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new CallError(limit.aborted ? 408 : 0, 'away', 'The control plane does not answer.');
  }
}

/** @throws CallError */
function jsonOf({ path, response, text }: Answer): unknown {
  const value = parseJson(text);
  // A proxy may answer in the place of the control plane, e.g. with a page to sign in.
  if (response.ok && value === undefined && text !== '')
    throw new CallError(0, 'away', 'The answer is not that of a control plane.');
  if (response.ok) return value;
  const { message } = (value ?? {}) as { message?: unknown };
  const code = (response.headers.get('x-amzn-errortype') ?? '').split(':')[0] ?? '';
  if (code === '' && AWAY.has(response.status))
    throw new CallError(response.status, 'away', 'The control plane does not answer its proxy.');
  if (ENDED.has(code) && path !== '/console/session') sessionEnds();
  throw new CallError(
    response.status,
    code === '' ? `HTTP ${response.status}` : code,
    typeof message === 'string' ? message : `HTTP ${response.status}`,
  );
}

/** Returns a query string, with the parts that are defined; empty without any. */
export function query(parts: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(parts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
