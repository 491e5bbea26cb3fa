import { IDENTITY_SECRET, meshChainPort, TRUST_SECRET } from '../../common/contracts/identity-secrets.ts';
import type { AgentState, PlainCaller, Refusal } from '../../common/contracts/agent-channel/state.ts';
import type { HostFacts } from '../host-facts.ts';
import type { RelayStatus } from '../relay/relay.ts';
import type { SecretStatus } from '../secrets/secret-status.ts';
import type { SupervisorState } from '../supervisor/state.ts';

/** Inputs of the state, read at one moment. */
export type AgentFacts = {
  readonly agent: { readonly version: string; readonly instance: string };
  readonly host: Pick<HostFacts, 'ipv4' | 'ipv6'>;
  readonly supervisor: SupervisorState;
  readonly relay: RelayStatus;
  readonly secrets: readonly SecretStatus[];
  /** Why listeners refuse connections: one text per secret that they wait for. */
  readonly awaited: readonly string[];
  /** Whether the agent has received a stop signal. */
  readonly isStopping: boolean;
  /** Why callers should use other instances although the agent received no stop signal; empty if they need not. */
  readonly leaving: string;
  /** Whether Envoy reports load to the agent. */
  readonly reportsLoad: boolean;
  /** Callers without mutual TLS. Default: none. */
  readonly plainCallers?: readonly PlainCaller[];
  /** Requests and connections that authorization refused, or would refuse. Absent: none. */
  readonly refusals?: readonly Refusal[];
};

/** Returns the agent's report to the control plane. The report contains no ages and no fast counters, because each change is sent. */
export function agentState(facts: AgentFacts): AgentState {
  const { agent, relay } = facts;
  const reason = reasonOf(facts);
  return {
    instance: agent.instance,
    ready: reason === '',
    draining: isDraining(facts),
    addresses: addressesOf(facts.host),
    agentVersion: agent.version,
    envoyVersion: relay.envoyVersion,
    runsOn: relay.acceptedAt && {
      source: relay.configuration === 'live' ? 'live' : 'last good',
      since: relay.acceptedAt.getTime(),
    },
    certificates: facts.secrets.flatMap(({ name, validity }) =>
      validity === undefined ? [] : [{ name, ends: validity.notAfter }],
    ),
    reason,
    reportsLoad: facts.reportsLoad,
    mtlsPorts: mtlsPorts(facts.secrets),
    plainCallers: facts.plainCallers ?? [],
    ...(facts.refusals && { refusals: facts.refusals }),
  };
}

/** The ports whose chain for mutual TLS Envoy has, with the certificate of this node in force. */
function mtlsPorts(secrets: readonly SecretStatus[]): readonly number[] {
  const isServed = (name: string) => secrets.some((each) => each.name === name && each.state === 'served');
  if (!isServed(IDENTITY_SECRET) || !isServed(TRUST_SECRET)) return [];
  const chains = secrets.flatMap(({ name, listeners }) => (name === IDENTITY_SECRET ? listeners : []));
  return [...new Set(chains.flatMap(meshChainPort))].toSorted((a, b) => a - b);
}

/** Returns why the proxy drains or is not ready; empty if it serves. */
function reasonOf(facts: AgentFacts): string {
  const { supervisor, awaited } = facts;
  if (isStopped(facts)) return 'the agent received a stop signal';
  if (facts.leaving !== '') return facts.leaving;
  // While a hot restart hands over, and after one failed, the Envoy before it serves.
  if (supervisor.kind === 'handing-over' || supervisor.kind === 'without-admin') return awaited.join('; ');
  if (supervisor.kind !== 'running') return `Envoy is not LIVE (${supervisor.kind})`;
  if (supervisor.health.lifecycle !== 'LIVE') return `Envoy is ${supervisor.health.lifecycle}`;
  return awaited.join('; ');
}

function isDraining(facts: AgentFacts): boolean {
  return isStopped(facts) || facts.leaving !== '';
}

function isStopped({ supervisor, isStopping }: AgentFacts): boolean {
  return isStopping || supervisor.kind === 'draining' || supervisor.kind === 'stopped';
}

/** Without loopback and link-local addresses, which say nothing to other hosts. */
function addressesOf({ ipv4, ipv6 }: AgentFacts['host']): readonly string[] {
  return [ipv4, ipv6]
    .flatMap((byInterface) => Object.values(byInterface).flat())
    .map((cidr) => cidr.replace(/\/.*/, ''))
    .filter((address) => !/^(127\.|169\.254\.|::1$|fe[89ab][0-9a-f]:)/i.test(address));
}
