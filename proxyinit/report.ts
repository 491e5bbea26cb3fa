import type { Family } from '../common/addresses/ip-range.ts';
import type { Outcome } from './apply/apply.ts';
import { restoreArguments } from './backend/iptables.ts';
import type { Step } from './apply/plan.ts';
import { describePorts } from './settings/ports.ts';
import type { ProxyinitSettings } from './settings/settings.ts';
import type { FamilyStatus, Status } from './status.ts';
import { basename } from 'node:path';

/** Describes on one line the result of `apply` for a family. */
export function describeOutcome({ family, did, backend }: Outcome, settings: ProxyinitSettings): string {
  switch (did) {
    case 'applied':
      return `${title(family)}: rules are in force: ${describeSettings(settings)} (${backend})\n`;
    case 'nothing':
      return `${title(family)}: rules were in force already, nothing changed: ${describeSettings(settings)} (${backend})\n`;
    case 'removed':
      return `${title(family)}: rules of an earlier run were removed (${backend})\n`;
    case 'absent':
      return `${title(family)}: this host has none, so no rules are needed\n`;
  }
}

/** Describes, one line per family, the rules that `remove` removed. */
export function describeRemoval(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return 'there were no rules of proxyinit, nothing changed\n';
  return outcomes.map(({ family, backend }) => `${title(family)}: rules are removed (${backend})\n`).join('');
}

/** Describes, one line per family, the result of `detach`. */
export function describeDetachment(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return 'no rules of proxyinit were in force, nothing changed\n';
  const line = ({ family, backend }: Outcome): string =>
    `${title(family)}: new connections bypass Envoy, open ones continue through it until remove (${backend})\n`;
  return outcomes.map(line).join('');
}

/** Renders the texts of restores, each below the command that reads it. */
export function describeSteps(steps: readonly Step[], wait: number): string {
  if (steps.length === 0) return '# nothing to restore\n';
  return steps
    .map(({ present, text }) => {
      return `# ${[basename(present.programs.restore), ...restoreArguments(wait)].join(' ')}\n${text}`;
    })
    .join('');
}

/** Describes the status of each family and backend, with the rules below. */
export function describeStatus({ families }: Status): string {
  if (families.length === 0) return 'there are no rules of proxyinit\n';
  return families.map(describeFamily).join('');
}

const STATES: Readonly<Record<FamilyStatus['state'], string>> = {
  'in force': 'the rules are in force',
  different:
    "the rules differ from those that this call's flags and variables demand: apply replaces them. A unit has its own variables, in /etc/daybreak/proxyinit.env",
  missing: 'there are no rules, although the settings demand them',
  'left over': 'there are rules that the settings do not demand: apply or remove removes them',
  absent: 'this host has none, so no rules are needed',
  none: 'there are no rules, and the settings demand none',
};

function describeFamily({ family, backend, state, rules }: FamilyStatus): string {
  const lines = rules.map(({ table, packets, rule }) => {
    return `  ${`${packets} packets`.padStart(16)}  ${table.padEnd(6)}  ${rule}\n`;
  });
  return `${title(family)} (${backend}): ${STATES[state]}\n${lines.join('')}`;
}

function describeSettings(settings: ProxyinitSettings): string {
  const { appPorts, ingressPort, egressPort, ignoredUids, ignoredGids, dns } = settings;
  const inbound =
    appPorts.length === 0 ? 'no inbound port' : `inbound ${describePorts(appPorts)} to ${ingressPort}`;
  const owners = [...ignoredUids.map((uid) => `uid ${uid}`), ...ignoredGids.map((gid) => `gid ${gid}`)];
  const questions = dns === undefined ? '' : `, DNS to ${dns.port}`;
  return `${inbound}, outbound to ${egressPort} except from ${owners.join(' and ')}${questions}`;
}

/** Display name of a family. */
function title(family: Family): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}
