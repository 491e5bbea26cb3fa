import { existsSync } from 'node:fs';
import type { Family } from './address.ts';
import { restoreNat, saveNat } from './iptables.ts';
import { withLock } from './lock.ts';
import { reconcile } from './reconcile.ts';
import { rules } from './rules.ts';
import type { ProxyinitSettings } from './settings.ts';

/** What became of one family: rules put in force, found in force already, or left out because the kernel has no such IP. */
export type Outcome = { readonly family: Family; readonly did: 'applied' | 'nothing' | 'absent' };

const LOCK_SECONDS = 60;

/** Where a kernel that has IPv6 lists the namespace's addresses; without the file there is no IPv6 traffic to redirect. */
const IPV6_ADDRESSES = '/proc/net/if_inet6';

/** Where iptables is on Debian; an init system's or sudo's PATH may lack it. */
const SYSTEM_FOLDERS = '/usr/sbin:/sbin';

/**
 * Puts the rules in force in this network namespace, one transaction a family, where they are not in force yet.
 * All families are read before any is changed, so that a missing one is found while nothing is done.
 * @throws ProxyinitError
 */
export async function apply(
  settings: ProxyinitSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Outcome[]> {
  const commandEnv = { ...env, PATH: `${env['PATH'] ?? ''}:${SYSTEM_FOLDERS}`, LC_ALL: 'C' };
  const wanted: readonly Family[] = settings.ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  const present = wanted.filter((family) => family === 'ipv4' || existsSync(IPV6_ADDRESSES));
  return withLock(commandEnv, LOCK_SECONDS, async () => {
    const plans = [];
    for (const family of present) {
      plans.push({ family, text: reconcile(await saveNat(family, commandEnv), rules(settings, family)) });
    }
    const applied: Family[] = [];
    for (const { family, text } of plans) {
      if (text === undefined) continue;
      await restoreNat(family, text, commandEnv, applied);
      applied.push(family);
    }
    return wanted.map((family): Outcome => {
      if (!present.includes(family)) return { family, did: 'absent' };
      return { family, did: applied.includes(family) ? 'applied' : 'nothing' };
    });
  });
}
