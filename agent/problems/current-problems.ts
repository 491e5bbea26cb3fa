import type { NameStatus } from '../../common/addresses/follow-name.ts';
import type { ApplicationProblem } from '../application/watch-application.ts';
import { AGENT_CODES, type AgentCode } from '../codes.ts';
import { describeCause } from '../endings/end-cause.ts';
import { nackCode } from '../relay/nacks/describe-nack.ts';
import { CONFIG_MS, NO_CONFIGURATION } from '../relay/connection-status.ts';
import { BLOCKED } from '../reload/reload-outcome.ts';
import type { ReloadStatus } from '../reload/reload.ts';
import type { RelayStatus } from '../relay/relay.ts';
import type { IdentityStatus } from '../identity/identity.ts';
import type { SecretStatus } from '../secrets/secret-status.ts';
import type { SupervisorState } from '../supervisor/state.ts';

/** A current cause that keeps this proxy from working as it should. */
export type Problem = {
  readonly code: AgentCode;
  /** On one line, with the names and addresses that it is about. */
  readonly problem: string;
  /** The first thing to do. */
  readonly help: string;
};

/** Inputs of the problems. */
export type ProblemInput = {
  readonly supervisor: SupervisorState;
  readonly reload: ReloadStatus;
  readonly relay: RelayStatus;
  readonly secrets: readonly SecretStatus[];
  readonly names: readonly NameStatus[];
  /** Collectors of telemetry whose names do not resolve, and why. */
  readonly leftOut: readonly string[];
  /** Undefined: the agent has no identity of its own. */
  readonly identity: IdentityStatus | undefined;
  readonly application: readonly ApplicationProblem[];
  /** Found by the checks of `watchHost`. */
  readonly host: readonly HostProblem[];
};

/** A problem that a check of this host found. */
export type HostProblem = Pick<Problem, 'code' | 'problem'>;

/** Returns all current problems, the most severe first: Envoy, its configuration, the control plane, secrets and names, application. */
export function currentProblems(input: ProblemInput): readonly Problem[] {
  const { secrets, names, leftOut, application, host } = input;
  const found = [
    ...envoyProblems(input.supervisor),
    ...reloadProblems(input.reload),
    ...configProblems(input.relay),
    ...connectionProblems(input.relay),
    ...of('IDENTITY_UNPROVEN', input.identity?.problem, ''),
    ...of(
      'IDENTITY_BREAK_GLASS',
      input.identity?.acceptsExpiredUntil,
      'no control plane answers: expired certificates of the mesh are accepted until ',
    ),
    ...secrets.flatMap(({ name, problem }) => of('SECRET_PROBLEM', problem, `${name}: `)),
    ...names.flatMap(({ name, problem }) => of('NAME_UNRESOLVED', problem, `${name}: `)),
    ...leftOut.map((problem) => one('NAME_UNRESOLVED', problem)),
    ...application.map(({ port, problem }) => one('APP_UNREACHABLE', `port ${port}: ${problem}`)),
    ...host,
  ];
  return found.map(({ code, problem }) => ({ code, problem, help: AGENT_CODES[code] }));
}

function one(code: AgentCode, problem: string): HostProblem {
  return { code, problem };
}

function of(code: AgentCode, problem: string | undefined, before: string): readonly HostProblem[] {
  return problem === undefined ? [] : [one(code, `${before}${problem}`)];
}

function envoyProblems(state: SupervisorState): readonly HostProblem[] {
  if (state.kind === 'without-admin') return [one('HOT_RESTART_BLOCKED', BLOCKED)];
  if (state.kind === 'hung') return [one('ENVOY_HUNG', 'Envoy does not answer and is being stopped')];
  if (state.kind !== 'backing-off') return [];
  return [
    one(
      'ENVOY_ENDED',
      `Envoy ${describeCause(state.exit.cause)}; its restart is at ${state.until.toISOString()}`,
    ),
  ];
}

/** The problem of the last reload, unless it took over all changes. */
function reloadProblems({ last }: ReloadStatus): readonly HostProblem[] {
  if (last === undefined) return [];
  if (last.kind !== 'taken over') {
    const done = last.kind === 'refused' ? 'has changed nothing' : 'failed';
    return [one(last.code, `the reload at ${last.at.toISOString()} ${done}: ${last.message}`)];
  }
  if (last.notTaken.length === 0) return [];
  return [one('RELOAD_PARTIAL', `changed only at the next start of the agent: ${last.notTaken.join(', ')}`)];
}

function configProblems(relay: RelayStatus): readonly HostProblem[] {
  const { refused, configuration, connectedMs = 0 } = relay;
  const isMissing = configuration === 'none' && connectedMs >= CONFIG_MS;
  return [
    ...(refused === undefined ? [] : [one(nackCode(refused), refused)]),
    ...(isMissing ? [one('CONFIG_MISSING', NO_CONFIGURATION)] : []),
  ];
}

function connectionProblems({ failure, disconnectedSince }: RelayStatus): readonly HostProblem[] {
  if (disconnectedSince === undefined || failure === undefined) return [];
  const { code, endpoint, grpc, message } = failure;
  const status = grpc === undefined ? '' : `${grpc.code} ${grpc.name}: `;
  return [
    one(code, `${endpoint}: ${status}${message}; disconnected since ${disconnectedSince.toISOString()}`),
  ];
}
