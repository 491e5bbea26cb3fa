import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest, InjectOptions } from 'fastify';
import { createProgress } from '../../ads/progress.ts';
import type { ApiServices } from '../../api/operations/context.ts';
import { makeAll, startApi, type TestApi } from '../../api/testing/test-api.ts';
import { compileCredentials } from '../../auth/credentials/credentials.ts';
import type { CredentialsDocument } from '../../auth/credentials/credentials-document.ts';
import { DOCUMENT, OWNER, REGION, secretOf } from '../../auth/testing/signed-requests.ts';
import { addAudit } from '../../audit/audit.ts';
import { TOKEN_HEADER, type SignedIn } from '../contract.ts';
import { createConsole, type Console } from '../console.ts';
import { eventRoutes } from '../events.ts';

/** A console for one test, over a real API. */
export type TestConsole = {
  readonly api: TestApi;
  /** The clock for ages, in milliseconds; tests may set it. */
  readonly clock: { monotonic: number };
  /** The events of the audit. */
  readonly audited: Record<string, unknown>[];
  /** Sends a request. */
  send(request: InjectOptions): Promise<TestAnswer>;
  /** Signs a user of the credentials in, and returns the browser of that user. */
  signIn(accessKeyId: string): Promise<Browser>;
  /** Replaces the credentials file. */
  setCredentials(document: CredentialsDocument): void;
  close(): Promise<void>;
};

/** An answer, with its body as JSON if it is one. */
export type TestAnswer = {
  readonly status: number;
  readonly error: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
};

/** A browser with a session. `send` adds its cookie and, for requests that write, its token. */
export type Browser = {
  readonly session: SignedIn;
  readonly cookie: string;
  send(request: InjectOptions): Promise<TestAnswer>;
};

/**
 * Starts a console. `credentials`: default the users of the tests of authentication; `none`: authentication is off. `beforeEvents`: runs
 * before each request for events is handled.
 */
export async function startConsole(
  credentials?: 'none',
  beforeEvents?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): Promise<TestConsole> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-console-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Daybreak</title>');
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets/main-ABCDEFGH.js'), 'export {};');
  const clock = { monotonic: 0 };
  let current = compileCredentials(DOCUMENT);
  let now = (): number => 0;
  const signers = { keyOf: (id: string) => current.keys.get(id) };
  const console = createConsole({
    signers: credentials === 'none' ? undefined : signers,
    account: OWNER,
    monotonic: () => clock.monotonic,
    now: () => now(),
    folder: () => folder,
  });
  const started: TestApi = await startApi({
    ...(credentials === 'none' ? {} : { credentials: current }),
    callerOfPage: console.callerOfPage,
    furtherRoutes: (services) => async (app) => {
      await app.register(console.routes(services, { history: (query) => started.store.history(query) }));
      await app.register(async (own) => {
        if (beforeEvents !== undefined) own.addHook('preHandler', beforeEvents);
        await own.register(eventsOf(services, console));
      });
    },
  });
  now = () => started.clock.now;
  const audited: Record<string, unknown>[] = [];
  addAudit(started.app, {
    append: (line) => audited.push(JSON.parse(line) as Record<string, unknown>),
    skip: () => undefined,
    region: REGION,
    now,
  });

  const send = async (request: InjectOptions): Promise<TestAnswer> => {
    const answer = await started.app.inject(request);
    return {
      status: answer.statusCode,
      error: answer.headers['x-amzn-errortype'],
      headers: answer.headers,
      text: answer.body,
      json: answer.body.startsWith('{') ? answer.json<Record<string, unknown>>() : {},
    };
  };
  return {
    api: started,
    clock,
    audited,
    send,
    signIn: async (accessKeyId) => {
      const payload = { accessKeyId, secretAccessKey: secretOf(accessKeyId) };
      const answer = await send({ method: 'POST', url: '/console/session', payload });
      if (answer.status !== 200) throw new Error(answer.text);
      const session = answer.json as unknown as SignedIn;
      const cookie = cookieIn(answer);
      return {
        session,
        cookie,
        send: (request) => {
          const token = request.method === 'GET' ? {} : { [TOKEN_HEADER]: session.token };
          return send({ ...request, headers: { cookie, ...token, ...request.headers } });
        },
      };
    },
    setCredentials: (document) => {
      current = compileCredentials(document);
    },
    close: async () => {
      await started.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts a console whose model has `makeAll`'s resources, with the administrator's browser. */
export async function startFilledConsole(): Promise<{ readonly test: TestConsole; readonly admin: Browser }> {
  const test = await startConsole();
  const admin = await test.signIn('AKADMIN');
  const call: TestApi['call'] = (method, path, body) => test.api.callAs('AKADMIN', method, path, body);
  await makeAll({ ...test.api, call });
  return { test, admin };
}

/** The events, without proxies. They check their readers more often than in production. */
function eventsOf(api: ApiServices, { callerNow }: Console) {
  const progress = createProgress({ streamsOf: () => [], idsOf: () => [], meshOf: () => undefined });
  const describeStream = () => ({ resource: '', instance: '', peer: '' });
  return eventRoutes({ api, progress, describeStream, callerNow, beat: 50 });
}

/** Returns the cookie that an answer sets, as a browser sends it back. */
export function cookieIn({ headers }: TestAnswer): string {
  return String(headers['set-cookie']).split(';', 1)[0] ?? '';
}

/** Returns the path to which an answer to a path leads a browser. */
export function pathAfter(path: unknown, { headers }: TestAnswer): string {
  return new URL(String(headers['location']), `http://localhost${String(path)}`).pathname;
}
