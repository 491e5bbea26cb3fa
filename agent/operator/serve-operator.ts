import { join } from 'node:path';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { answerText } from '../management/answer-text.ts';
import type { Handler } from '../management/management.ts';
import { AGENT_LEVELS } from '../output/agent-log.ts';
import { refuse, serve, type Call, type Serving } from '../serving/serve.ts';
import type { Reload } from '../reload/reload.ts';
import type { XdsSettings } from '../settings/xds/xds-settings.ts';
import { bundleParts, type BundleInput } from './bundle-parts.ts';
import { OPERATOR_SOCKET } from './operator-socket.ts';
import { handOverCall, type HandOver } from './hand-over-call.ts';
import { reloadCall } from './reload-call.ts';
import { redactWithFiles } from './redact.ts';

/** Inputs of the operator's socket. */
export type OperatorOptions = Omit<BundleInput, 'redact'> & {
  /** Paths of files with secrets, whose contents a bundle must not show. */
  readonly secretFiles: readonly string[];
  /** The management call `POST /enableLogging`. */
  readonly enableLogging: Handler;
  readonly reload: Reload;
  readonly handOver: HandOver;
  /** How long a log level that is not permanent stays. */
  readonly logLevelSeconds: number;
  readonly log: Log;
};

/**
 * Serves the commands `daybreak agent bundle`, `daybreak agent log-level`, `daybreak agent reload` and `daybreak agent hand-over`: `GET
 * /bundle` lists the parts, `GET /bundle/NAME` is one part, `POST /enableLogging` is the management call, which here sets the agent's level
 * too; `POST /reload` reloads, and `POST /hand-over` ends the agent without Envoy. It needs no further setting, because it is a socket of
 * mode 0600 in a folder of mode 0700.
 */
export function serveOperator(options: OperatorOptions): Promise<Serving> {
  const { folder, enableLogging, logLevelSeconds, log } = options;
  const agentLevel = levelOf(log, logLevelSeconds);
  return serve({ path: join(folder, OPERATOR_SOCKET) }, [], (call) => {
    if (call.path === '/enableLogging') {
      call.response.once('finish', () => agentLevel(call));
      enableLogging(call);
    } else if (call.path === '/reload') {
      void reloadCall(call, options.reload);
    } else if (call.path === '/hand-over') {
      void handOverCall(call, options.handOver);
    } else {
      void answerBundle(call, options);
    }
  });
}

async function answerBundle(call: Call, options: OperatorOptions): Promise<void> {
  const { response, path, request } = call;
  if (request.method !== 'GET') {
    refuse(response, { status: 405, line: 'only GET is allowed', allow: 'GET' });
    return;
  }
  try {
    const redact = await redactWithFiles(options.env(), options.secretFiles);
    const parts = bundleParts({ ...options, redact });
    const make = parts[path.replace(/^\/bundle\//, '')];
    if (path === '/bundle') answerText(call, JSON.stringify(Object.keys(parts)), 'application/json');
    else if (make === undefined) refuse(response, { status: 404, line: 'no such part' });
    else answerText(call, await make());
  } catch (error) {
    refuse(response, { status: 503, line: errorText(error) });
  }
}

/** Returns a function that gives the agent's log the level of a successful call, and later the level before, unless the call is permanent. */
function levelOf(log: Log, seconds: number): (call: Call) => void {
  let base = log.level;
  let timer: NodeJS.Timeout | undefined;
  return ({ response, query }) => {
    const asked = new URLSearchParams(query);
    const level = AGENT_LEVELS[asked.get('level') as keyof typeof AGENT_LEVELS];
    if (response.statusCode !== 200 || level === undefined) return;
    clearTimeout(timer);
    log.level = level;
    if (asked.get('permanent') === 'true') base = level;
    else timer = setTimeout(() => void (log.level = base), seconds * 1000).unref();
  };
}

/** Returns the paths of the files with a key or token for the control plane. */
export function secretFiles({ certificate, token }: XdsSettings): readonly string[] {
  return [certificate?.key, token].flatMap((source) => (source?.kind === 'file' ? [source.path] : []));
}
