import { errorText } from '../common/error-text.ts';
import type { Source } from '../common/files/source.ts';
import type { AgentCode } from './codes.ts';
import { describeCause, exitCodeOf, type EndCause } from './endings/end-cause.ts';
import type { ListenAddress } from './serving/serve.ts';

/** Failures that stop the agent after its settings were accepted. */
export type AgentErrorCode = Extract<
  AgentCode,
  | 'ENVOY_MISSING'
  | 'PROGRAM_MISSING'
  | 'PRIVILEGES'
  | 'RUN_FOLDER'
  | 'XDS_FILE'
  | 'ENV_FILE'
  | 'CONFIG_FILE'
  | 'BOOTSTRAP_REFUSED'
  | 'STATUS_PORT'
  | 'ADMIN_PLACE'
  | 'MANAGEMENT_SOCKET'
  | 'PROMETHEUS_ADDRESS'
  | 'APP_ADDRESS'
  | 'ENVOY_CANNOT_RUN'
  | 'ENVOY_CRASH_LOOP'
>;

/** Exit codes other than 1. They are those of the causes in `endings/end-cause.ts`. */
const EXIT_CODES: Partial<Readonly<Record<AgentErrorCode, number>>> = {
  STATUS_PORT: 69,
  ADMIN_PLACE: 69,
  MANAGEMENT_SOCKET: 69,
  PROMETHEUS_ADDRESS: 69,
  BOOTSTRAP_REFUSED: 78,
  ENVOY_MISSING: 126,
};

/** A failure that the operator reads: what failed, why, and what helps. The exit code tells the causes apart (docs/settings.md). */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly exitCode: number;

  constructor(
    code: AgentErrorCode,
    message: string,
    options: ErrorOptions & { readonly exitCode?: number } = {},
  ) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT_CODES[code] ?? 1;
  }
}

/** An unusable certificate file. Only the connections that need this certificate are affected. */
export class SecretFileError extends Error {
  constructor(file: string, what: string, cause?: unknown) {
    super(`${file}: ${what}`, cause === undefined ? {} : { cause });
    this.name = 'SecretFileError';
  }
}

/** `ENVOY_MISSING`: none of the paths in `looked` is an executable Envoy. */
export function envoyMissing(looked: readonly string[]): AgentError {
  const message = `found no Envoy that this user may run; looked for ${looked.join(', ')}: set DAYBREAK_ENVOY to its path`;
  return new AgentError('ENVOY_MISSING', message);
}

/** `PROGRAM_MISSING`: a program that the agent calls is not on the PATH, or cannot be started. */
export function programMissing(program: string, debianPackage: string, cause: unknown): AgentError {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const message = isMissing
    ? `${program} was not found: install ${debianPackage}`
    : `${program} cannot be started (${text(cause)})`;
  return new AgentError('PROGRAM_MISSING', message, { cause });
}

/** `PRIVILEGES`: the agent was started as root and cannot switch to the user that the redirect rules exempt. */
export function cannotDropPrivileges(uid: number, gid: number, cause: unknown): AgentError {
  return new AgentError(
    'PRIVILEGES',
    `cannot become uid ${uid}, gid ${gid} (${text(cause)}): start as that user, or allow SETUID and SETGID`,
    { cause },
  );
}

/** `RUN_FOLDER`: the agent cannot create the folder for the bootstrap, sockets and pipes, or write to it. */
export function cannotUseRunFolder(folder: string, cause: unknown): AgentError {
  return new AgentError(
    'RUN_FOLDER',
    `cannot create the agent folder in ${folder} as uid ${process.getuid?.()} (${text(cause)}): set DAYBREAK_RUN_DIR to a folder that this user can write to`,
    { cause },
  );
}

/** `XDS_FILE`: a certificate, key or token for the control plane is unreadable or invalid. A text is not shown. */
export function cannotUseXdsSource(source: Source, cause: unknown): AgentError {
  const what = source.kind === 'file' ? `${source.setting}=${source.path}` : source.setting;
  return new AgentError('XDS_FILE', `${what} cannot be used (${text(cause)})`, { cause });
}

/** `ENV_FILE`: the file of variables is unreadable or malformed. */
export function cannotUseVariablesFile(variable: string, path: string, cause: unknown): AgentError {
  return new AgentError('ENV_FILE', `${variable}=${path} cannot be used (${text(cause)})`, { cause });
}

/** `CONFIG_FILE`: a file that becomes part of Envoy's bootstrap is unreadable or invalid. */
export function cannotUseConfigFile(variable: string, path: string, cause: unknown): AgentError {
  return new AgentError('CONFIG_FILE', `${variable}=${path} cannot be used (${text(cause)})`, { cause });
}

/** `BOOTSTRAP_REFUSED`: Envoy refuses the bootstrap, which may contain files of the operator. `words` is Envoy's message. */
export function bootstrapRefused(files: readonly string[], words: string): AgentError {
  const which = files.length === 0 ? 'the bootstrap' : `the bootstrap with ${files.join(', ')}`;
  return new AgentError('BOOTSTRAP_REFUSED', `Envoy refuses ${which}: ${words}`);
}

/** The codes of failures to listen on an address or a socket. */
export type ServeErrorCode = 'STATUS_PORT' | 'ADMIN_PLACE' | 'MANAGEMENT_SOCKET' | 'PROMETHEUS_ADDRESS';

/** A `ServeErrorCode`: the agent cannot listen on an address or socket: it is in use, or this user may not. */
export function cannotServe(code: ServeErrorCode, place: ListenAddress, cause: unknown): AgentError {
  const where = 'path' in place ? place.path : `${place.address} port ${place.port}`;
  const help = code === 'ADMIN_PLACE' && 'path' in place ? ADMIN_SOCKET_HELP : SERVE_HELP[code];
  return new AgentError(code, `cannot listen on ${where} (${text(cause)}): ${help}`, { cause });
}

const ADMIN_SOCKET_HELP = 'remove the file at this path, or unset ENVOY_ADMIN_MODE';
const SERVE_HELP: Readonly<Record<ServeErrorCode, string>> = {
  STATUS_PORT: 'set APPNET_AGENT_HTTP_PORT or APPNET_AGENT_HTTP_BIND_ADDRESS',
  ADMIN_PLACE: 'set ENVOY_ADMIN_ACCESS_PORT or DAYBREAK_ADMIN_ADDRESS',
  MANAGEMENT_SOCKET:
    'remove the file at this path, or set APPNET_AGENT_ADMIN_UDS_PATH to a path in a folder that this user can write to',
  PROMETHEUS_ADDRESS: 'set DAYBREAK_PROMETHEUS_ADDRESS',
};

/** `APP_ADDRESS`: DAYBREAK_APP_ADDRESS names an interface that does not exist or has no address. */
export function noAddressOnInterface(name: string, interfaces: readonly string[]): AgentError {
  const message = `DAYBREAK_APP_ADDRESS=${name} is not a network interface with an address; those are ${interfaces.join(', ')}`;
  return new AgentError('APP_ADDRESS', message);
}

/** `ENVOY_CRASH_LOOP`: Envoy exited more often than the restart budget allows. */
export function envoyCrashLoop(restarts: number, cause: EndCause): AgentError {
  return new AgentError(
    'ENVOY_CRASH_LOOP',
    `Envoy ${describeCause(cause)}. It has used up its ${restarts} restarts (APPNET_ENVOY_RESTART_COUNT)`,
    { exitCode: exitCodeOf(cause) },
  );
}

/** `ENVOY_CANNOT_RUN`, `BOOTSTRAP_REFUSED`: Envoy ended for a cause that a restart does not change. */
export function envoyHopeless(cause: EndCause): AgentError {
  const isRefused = cause.kind === 'configuration-refused';
  const help = isRefused
    ? 'correct the variable or file that this part of the bootstrap comes from'
    : 'set DAYBREAK_ENVOY to an Envoy for this machine';
  return new AgentError(
    isRefused ? 'BOOTSTRAP_REFUSED' : 'ENVOY_CANNOT_RUN',
    `Envoy ${describeCause(cause)}: ${help}. A restart would not help`,
    { exitCode: exitCodeOf(cause) },
  );
}

function text(cause: unknown): string {
  return errorText(cause)
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ');
}
