import type { Cidr, Family } from '../../common/addresses/ip-range.ts';
import { rule, type Chain } from './chain.ts';
import { ignoredOwners } from './egress.ts';
import { destination, ofFamily, source } from './matches.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** Connection tracking zones, so that queries of the app and of the resolver with the same ports are not confused. */
const RESOLVER_ZONE = 1;
const APP_ZONE = 2;

/** Returns the chains that redirect the app's DNS queries, UDP and TCP, to the node's resolver; none if this is off. */
export function dns(settings: ProxyinitSettings, family: Family): readonly Chain[] {
  if (settings.dns === undefined || servers(settings, family).length === 0) return [];
  return [
    {
      table: 'nat',
      name: 'APPMESH_DNS',
      rules: dnsRules(settings, family, `REDIRECT --to-ports ${settings.dns.port}`),
      // Our jump comes first in OUTPUT, because otherwise the rules for Docker's resolver would match before it.
      jumps: dnsJumps('APPMESH_DNS'),
    },
    {
      table: 'raw',
      name: 'APPMESH_DNS',
      rules: zones(settings, family, settings.dns.port),
      jumps: [{ from: 'OUTPUT', rule: rule(['-p udp'], 'dns-zones', 'APPMESH_DNS') }],
    },
    {
      table: 'raw',
      name: 'APPMESH_DNS_ANSWER',
      rules: [
        ...leftAlone(settings, '-i'),
        ...servers(settings, family).map((server) => {
          const matches = [server && source(server), '-p udp -m udp --sport 53'];
          return rule(matches, 'dns-answer', `CT --zone ${RESOLVER_ZONE}`);
        }),
      ],
      jumps: [{ from: 'PREROUTING', rule: rule(['-p udp'], 'dns-zones', 'APPMESH_DNS_ANSWER') }],
    },
  ];
}

/** Returns the rules with any `target` for queries that go to the resolver. */
export function dnsRules(settings: ProxyinitSettings, family: Family, target: string): readonly string[] {
  if (servers(settings, family).length === 0) return [];
  return [
    ...ignoredOwners(settings).map(([owner, comment]) => rule([owner], comment, 'RETURN')),
    ...leftAlone(settings, '-o'),
    ...servers(settings, family).flatMap((server) => {
      return ['udp', 'tcp'].flatMap((protocol) => {
        return apps(settings).map((app) => {
          const matches = [server && destination(server), `-p ${protocol} -m ${protocol} --dport 53`, app];
          return rule(matches, 'to-resolver', target);
        });
      });
    }),
  ];
}

/** Returns the jumps to a chain of `dnsRules`, at the start of OUTPUT. */
export function dnsJumps(chain: string): Chain['jumps'] {
  return ['udp', 'tcp'].map((protocol) => {
    const match = `-p ${protocol} -m ${protocol} --dport 53`;
    return { from: 'OUTPUT', place: 'first', rule: rule([match], 'dns', chain) };
  });
}

/** Returns the rules that assign zones. The first match wins. */
function zones(settings: ProxyinitSettings, family: Family, port: number): readonly string[] {
  const owners = ignoredOwners(settings).map(([owner]) => owner);
  const questions = '-p udp -m udp --dport 53';
  const limited = settings.egressOnly.uids.length > 0;
  return [
    ...leftAlone(settings, '-o'),
    ...owners.map((owner) => rule([questions, owner], 'dns-upstream', `CT --zone ${RESOLVER_ZONE}`)),
    rule([`-p udp -m udp --sport ${port}`], 'dns-answer', `CT --zone ${APP_ZONE}`),
    ...servers(settings, family).flatMap((server) => {
      const to = [server && destination(server), questions];
      return [
        ...apps(settings).map((app) => rule([...to, app], 'dns-question', `CT --zone ${APP_ZONE}`)),
        // Answers from a server are tracked in the resolver's zone, so queries that are not redirected must be in that zone too.
        ...(limited ? [rule(to, 'dns-upstream', `CT --zone ${RESOLVER_ZONE}`)] : []),
      ];
    }),
  ];
}

/** Returns the rules that exempt ignored interfaces from the zones. */
function leftAlone({ ignoredInterfaces }: ProxyinitSettings, match: '-i' | '-o'): readonly string[] {
  return ignoredInterfaces.map((name) => rule([`${match} ${name}`], 'ignored-interface', 'RETURN'));
}

function apps({ egressOnly }: ProxyinitSettings): readonly (string | undefined)[] {
  return egressOnly.uids.length === 0
    ? [undefined]
    : egressOnly.uids.map((uid) => `-m owner --uid-owner ${uid}`);
}

/** Returns the servers whose queries are redirected; `undefined` stands for any server. */
function servers({ dns: wanted }: ProxyinitSettings, family: Family): readonly (Cidr | undefined)[] {
  if (wanted === undefined) return [];
  return wanted.servers === 'all' ? [undefined] : ofFamily(wanted.servers, family);
}
