import type { HostProblem } from '../problems/current-problems.ts';
import type { Connection } from './connections.ts';

/** Inputs of the search. */
export type BypassInput = {
  readonly connections: readonly Connection[];
  /** Sockets of the agent and Envoy. */
  readonly own: ReadonlySet<string>;
  /** The uid that the redirect rules exempt. */
  readonly uid: number;
  readonly isLocal: (address: string) => boolean;
  /** Ports on which a program of this host listens. */
  readonly listening: ReadonlySet<number>;
  /** Whether Envoy's outbound listener has had a connection since its start. */
  readonly hasEgress: boolean;
};

/** Destinations that the rules exempt by default: SSH, and the link-local addresses of metadata. */
const isExempt = ({ remote }: Connection): boolean =>
  remote.port === 22 || remote.address.startsWith('169.254.') || remote.address === 'fd00:ec2::254';

/** Finds connections that should have passed through Envoy and did not: one problem per cause. */
export function findBypass(input: BypassInput): readonly HostProblem[] {
  const { connections, own, uid, isLocal, listening, hasEgress } = input;
  const outbound = connections.filter(
    (each) => !isLocal(each.remote.address) && !listening.has(each.local.port) && !isExempt(each),
  );
  const asProxy = outbound.filter((each) => each.uid === uid && !own.has(each.inode));
  // A connection that passes Envoy has its original destination in the table too.
  const asApp = hasEgress ? [] : outbound.filter((each) => each.uid !== uid);
  return [
    ...of(
      'APP_AS_PROXY_UID',
      asProxy,
      `a process other than the agent and Envoy runs as uid ${uid} and connects past Envoy, to`,
    ),
    ...of(
      'RULES_MISSING',
      asApp,
      'no outbound connection has passed Envoy since its start, although there are some, to',
    ),
  ];
}

const MOST_SHOWN = 3;

function of(code: HostProblem['code'], found: readonly Connection[], words: string): readonly HostProblem[] {
  if (found.length === 0) return [];
  const targets = [...new Set(found.map(({ remote }) => `${remote.address} port ${remote.port}`))].toSorted();
  const more = targets.length > MOST_SHOWN ? ' and others' : '';
  return [{ code, problem: `${words} ${targets.slice(0, MOST_SHOWN).join(', ')}${more}` }];
}
