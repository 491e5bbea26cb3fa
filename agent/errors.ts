import { errorText } from '../common/error-text.ts';
import type { Place } from './serving/serve.ts';

/** What can stop the agent after its settings were found good. */
export type AgentErrorCode =
  | 'ENVOY_MISSING'
  | 'PROGRAM_MISSING'
  | 'PRIVILEGES'
  | 'RUN_FOLDER'
  | 'XDS_FILE'
  | 'STATUS_PORT'
  | 'ADMIN_PLACE'
  | 'APP_ADDRESS'
  | 'ENVOY_CRASH_LOOP';

/** A failure for people to read: what was tried, what came of it, what helps. The exit code is 1. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly exitCode = 1;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
  }
}

/** A file of a certificate cannot be used: only what needs that certificate goes without. */
export class SecretFileError extends Error {
  constructor(file: string, what: string, cause?: unknown) {
    super(`${file}: ${what}`, cause === undefined ? {} : { cause });
    this.name = 'SecretFileError';
  }
}

/** There is no Envoy where it was looked for. */
export function envoyMissing(looked: readonly string[]): AgentError {
  const message = `no Envoy that this user may run; looked for ${looked.join(', ')}: set DAYBREAK_ENVOY to its path`;
  return new AgentError('ENVOY_MISSING', message);
}

/** A small program that the agent needs is not on the PATH. */
export function programMissing(program: string, debianPackage: string, cause: unknown): AgentError {
  return new AgentError('PROGRAM_MISSING', `${program} was not found: install ${debianPackage}`, { cause });
}

/** Started as root, the agent could not become the user that the rules let out. */
export function cannotDropPrivileges(uid: number, gid: number, cause: unknown): AgentError {
  return new AgentError(
    'PRIVILEGES',
    `cannot become uid ${uid}, gid ${gid} (${text(cause)}): start as that user, or allow SETUID and SETGID`,
    { cause },
  );
}

/** The folder for the bootstrap, sockets and pipes cannot be made, or does not take them. */
export function cannotUseRunFolder(folder: string, cause: unknown): AgentError {
  return new AgentError(
    'RUN_FOLDER',
    `cannot make a folder with what Envoy needs in ${folder} as uid ${process.getuid?.()} (${text(cause)}): set DAYBREAK_RUN_DIR to a folder that this user may write to`,
    { cause },
  );
}

/** A certificate, key or token for the control plane cannot be read. */
export function cannotReadXdsFile(variable: string, path: string, cause: unknown): AgentError {
  return new AgentError('XDS_FILE', `${variable}=${path} cannot be used (${text(cause)})`, { cause });
}

/** A place where the agent serves something is taken or not ours. */
export function cannotServe(code: 'STATUS_PORT' | 'ADMIN_PLACE', place: Place, cause: unknown): AgentError {
  const where = 'path' in place ? place.path : `${place.address} port ${place.port}`;
  const help =
    'path' in place
      ? 'remove what is there, or do not set ENVOY_ADMIN_MODE=uds'
      : { STATUS_PORT: STATUS_VARIABLES, ADMIN_PLACE: ADMIN_VARIABLES }[code];
  return new AgentError(code, `cannot listen on ${where} (${text(cause)}): ${help}`, { cause });
}

const STATUS_VARIABLES = 'set APPNET_AGENT_HTTP_PORT or APPNET_AGENT_HTTP_BIND_ADDRESS';
const ADMIN_VARIABLES = 'set ENVOY_ADMIN_ACCESS_PORT or DAYBREAK_ADMIN_ADDRESS';

/** DAYBREAK_APP_ADDRESS names an interface that is not there, or has no address yet. */
export function noAddressOnInterface(name: string, interfaces: readonly string[]): AgentError {
  const message = `DAYBREAK_APP_ADDRESS=${name} is no network interface with an address; there is ${interfaces.join(', ')}`;
  return new AgentError('APP_ADDRESS', message);
}

/** Envoy ended more often than the budget of restarts allows. */
export function envoyCrashLoop(restarts: number, how: string): AgentError {
  return new AgentError(
    'ENVOY_CRASH_LOOP',
    `Envoy ${how} and has used up its ${restarts} restarts (APPNET_ENVOY_RESTART_COUNT)`,
  );
}

function text(cause: unknown): string {
  return errorText(cause)
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ');
}
