import { SettingsError } from '../common/settings.ts';
import { apply, type Outcome } from './apply.ts';
import type { Family } from './address.ts';
import { ProxyinitError } from './errors.ts';
import { formatPorts } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { rules } from './rules.ts';
import { readProxyinitSettings, type ProxyinitSettings } from './settings.ts';

/** What the command line asks for. `dryRun` prints what would be restored on a fresh host and touches nothing. */
export type ProxyinitArgs = { readonly command: 'apply'; readonly dryRun: boolean };

type Output = { write(text: string): unknown };

/**
 * Redirects the app's traffic to Envoy, as the environment says. Running it again changes nothing and succeeds.
 * Answers the exit code: 0 when the rules are in force, 1 after bad settings or a failure, which `stderr` explains.
 */
export async function runProxyinit(
  { dryRun }: ProxyinitArgs,
  env: Readonly<Record<string, string | undefined>>,
  stdout: Output,
  stderr: Output = process.stderr,
): Promise<number> {
  try {
    const settings = readProxyinitSettings(env);
    if (dryRun) {
      stdout.write(preview(settings));
      return 0;
    }
    for (const outcome of await apply(settings, env)) report(outcome, settings, stdout, stderr);
    return 0;
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof ProxyinitError)) throw error;
    stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** The restore texts of all families, each under the command that would read it. */
function preview(settings: ProxyinitSettings): string {
  const families: readonly Family[] = settings.ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  return families
    .map((family) => {
      const command = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore';
      return `# ${command} --noflush\n${reconcile('', rules(settings, family)) ?? ''}`;
    })
    .join('');
}

function report({ family, did }: Outcome, settings: ProxyinitSettings, stdout: Output, stderr: Output): void {
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
  switch (did) {
    case 'applied':
      stdout.write(`${name}: rules are in force: ${summary(settings)}\n`);
      return;
    case 'nothing':
      stdout.write(`${name}: rules were in force already, nothing changed: ${summary(settings)}\n`);
      return;
    case 'absent':
      stderr.write(`APPMESH_ENABLE_IPV6 asks for IPv6 rules, but this host has no IPv6: none are needed\n`);
  }
}

function summary({ appPorts, ingressPort, egressPort, ignoredUid, ignoredGid }: ProxyinitSettings): string {
  const inbound =
    appPorts.length === 0
      ? 'no inbound port'
      : `inbound ${appPorts.map(formatPorts).join()} to ${ingressPort}`;
  const uid = ignoredUid === undefined ? [] : [`uid ${ignoredUid}`];
  const gid = ignoredGid === undefined ? [] : [`gid ${ignoredGid}`];
  return `${inbound}, outbound to ${egressPort} except from ${[...uid, ...gid].join(' and ')}`;
}
