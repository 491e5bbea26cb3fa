import type { Cidr, Family } from '../../common/ip-range.ts';
import { rule, type Chain } from './chain.ts';
import { ignoredOwners } from './egress.ts';
import { destination, ofFamily, source } from './matches.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';

/** Connection tracking keeps two sets of books, so that a question of the app and one of the resolver cannot be mixed up. */
const RESOLVER_ZONE = 1;
const APP_ZONE = 2;

/** What sends the app's DNS questions, UDP and TCP, to the resolver of the node; no chain where nobody asked for it. */
export function dns(settings: ProxyinitSettings, family: Family): readonly Chain[] {
  if (settings.dns === undefined || servers(settings, family).length === 0) return [];
  return [
    {
      table: 'nat',
      name: 'APPMESH_DNS',
      rules: dnsRules(settings, family, `REDIRECT --to-ports ${settings.dns.port}`),
      // Docker's own resolver is reached by rules at the end of OUTPUT that would be met before ours.
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

/** The same decisions with another end: `target` is what becomes of a question that is the resolver's. */
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

/** What leads to a chain of `dnsRules`, before anything else in OUTPUT. */
export function dnsJumps(chain: string): Chain['jumps'] {
  return ['udp', 'tcp'].map((protocol) => {
    const match = `-p ${protocol} -m ${protocol} --dport 53`;
    return { from: 'OUTPUT', place: 'first', rule: rule([match], 'dns', chain) };
  });
}

/** The first rule that names a zone counts. */
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
        // Answers from a server are looked for in the resolver's zone: so a question that is not redirected has to be there.
        ...(limited ? [rule(to, 'dns-upstream', `CT --zone ${RESOLVER_ZONE}`)] : []),
      ];
    }),
  ];
}

/** What comes or leaves by interfaces that are left out keeps the books that it would have without us. */
function leftAlone({ ignoredInterfaces }: ProxyinitSettings, match: '-i' | '-o'): readonly string[] {
  return ignoredInterfaces.map((name) => rule([`${match} ${name}`], 'ignored-interface', 'RETURN'));
}

function apps({ egressOnly }: ProxyinitSettings): readonly (string | undefined)[] {
  return egressOnly.uids.length === 0
    ? [undefined]
    : egressOnly.uids.map((uid) => `-m owner --uid-owner ${uid}`);
}

/** Whose answers the app would get; `undefined` stands for any server. */
function servers({ dns: wanted }: ProxyinitSettings, family: Family): readonly (Cidr | undefined)[] {
  if (wanted === undefined) return [];
  return wanted.servers === 'all' ? [undefined] : ofFamily(wanted.servers, family);
}
