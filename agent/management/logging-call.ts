import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { refuse, type Call, type Refusal } from '../serving/serve.ts';
import { LOG_LEVELS } from '../settings/envoy-settings.ts';
import { answerText } from './answer-text.ts';
import { askedBy, checkForm, invalid, isRefusal, type Asked } from './asked.ts';
import type { EnvoyLogLevel, LogLevelControl } from './log-level.ts';

/** A valid call of `/enableLogging`. */
export type LevelChange = { readonly level: EnvoyLogLevel; readonly permanent: boolean };

const USAGE = 'the request is POST /enableLogging?level=LEVEL[&permanent=true]';

/**
 * Reads a call of `/enableLogging`: `level` is required, `permanent` allowed; any value of it except `true` means no. App Mesh's agent
 * also refused `warning` and `critical`, and passed on levels that do not exist.
 */
export function readLevelChange(asked: Asked): LevelChange | Refusal {
  const checked = checkForm(asked, 'POST', {
    method: () => 'Only POST requests are supported',
    body: (size) => `Invalid request: it has a body of ${size} bytes, and none is allowed`,
    query: (problem) => `Invalid request: ${problem}`,
  });
  if (isRefusal(checked)) return checked;
  const text = checked.get('level') ?? '';
  const permanent = checked.get('permanent') ?? '';
  if (text === '' || checked.size !== (permanent === '' ? 1 : 2)) return invalid(`Invalid request: ${USAGE}`);
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) {
    return invalid(
      `Invalid log level specified: ${JSON.stringify(text)} is not one of ${LOG_LEVELS.join(', ')}`,
    );
  }
  return { level, permanent: permanent === 'true' };
}

/** Returns Envoy's own name of a level: its admin interface, unlike its command line, does not know `warn`. */
export function adminLevel(level: EnvoyLogLevel): string {
  return level === 'warn' ? 'warning' : level;
}

/**
 * Answers `POST /enableLogging`. While a reset is pending, or if Envoy has the level already, the status is 304, as with App Mesh.
 */
export async function loggingCall(call: Call, levels: LogLevelControl, log: Log): Promise<void> {
  const { response } = call;
  if (levels.isChanging()) {
    response.writeHead(304).end();
    return;
  }
  const change = readLevelChange(askedBy(call));
  if (isRefusal(change)) {
    refuse(response, change);
    return;
  }
  const { level, permanent } = change;
  const before = levels.base();
  if (adminLevel(level) === adminLevel(before)) {
    response.writeHead(304).end();
    return;
  }
  try {
    await levels.change(level, permanent);
    answerText(call, `Setting logging level from [${before}] to [${level}]\n`);
  } catch (error) {
    log.warn({ reason: errorText(error), level }, "cannot set Envoy's log level");
    const line = `Unable to set logging level to [${level}]: ${errorText(error)}`;
    refuse(response, { status: 500, line });
  }
}
