import type { RunOptions } from '../apply/apply.ts';
import { ProxyinitError } from '../errors.ts';
import { describeStatus } from '../report.ts';
import type { ProxyinitSettings } from '../settings/settings.ts';
import { readStatus } from '../status.ts';
import { arrivalOf, judge, type Finding } from './arrival.ts';
import { attempt } from './connect.ts';
import { askUdp } from './dns-question.ts';
import { echoUdp, standIn } from './listener.ts';
import { neighbours } from './neighbours.ts';
import { sendFromOutside, senderAddress } from './outside.ts';
import {
  appOwner,
  dnsProbes,
  inProbes,
  outProbes,
  type InProbe,
  type OutProbe,
  type Probe,
  type Untried,
} from './probes.ts';
import { byTheRules } from './way-out.ts';

/** Time limits in milliseconds for a connection that should arrive on this host, and for one that should not. */
const ARRIVE_MS = 5000;
const PASS_MS = 300;

/** Result of all probes. `unsure`: some could not be sent, and all others were right. */
export type Verdict = 'right' | 'wrong' | 'unsure';

/**
 * Checks the rules in force: opens outbound connections as the app and as Envoy, and inbound ones from another network namespace, reads
 * from the kernel's socket list where each arrived, and writes one line per probe. Listens on Envoy's ports meanwhile if nothing else
 * does. Changes no rule.
 * @throws ProxyinitError without the necessary permissions
 */
export async function verify(
  settings: ProxyinitSettings,
  options: RunOptions,
  { stdout }: { readonly stdout: { write(text: string): unknown } },
): Promise<Verdict> {
  const status = await readStatus(settings, options);
  if (!status.inForce) stdout.write(describeStatus(status));
  const absent = status.families.filter(({ state }) => state === 'absent').map(({ family }) => family);
  const families = settings.families.filter((family) => !absent.includes(family));

  const findings: Finding[] = [];
  const found = (finding: Finding) => {
    findings.push(finding);
    stdout.write(`${finding.text}\n`);
  };
  const ports = [settings.egressPort, settings.ingressPort, ...(settings.dns ? [settings.dns.port] : [])];
  const standIns = await standIn(ports, envoyOwner(settings), families);
  try {
    for (const family of families) {
      const admit = async (probe: OutProbe | Untried) => {
        return 'because' in probe ? probe : byTheRules(probe, settings.ignoredInterfaces);
      };
      const out = await Promise.all(outProbes(settings, family, neighbours(family)).map(admit));
      const questions = await Promise.all(dnsProbes(settings, family).map(admit));
      for (const probe of [...out, ...questions]) {
        found('because' in probe ? untried(probe) : await sendOut(probe));
      }
      for (const probe of questions) {
        if (!('because' in probe)) found(await sendQuestion(probe, settings, options));
      }
    }
    await sendIn(
      families.flatMap((family) => inProbes(settings, family)),
      options.env,
      found,
    );
  } finally {
    standIns.close();
  }
  if (!status.inForce || findings.some(({ verdict }) => verdict === 'wrong')) return 'wrong';
  return findings.every(({ verdict }) => verdict === 'right') ? 'right' : 'unsure';
}

/** Tries the addresses in order until there is a route to one. */
async function sendOut(probe: OutProbe): Promise<Finding> {
  for (const address of probe.addresses) {
    const result = await attempt(probe.owner, address, probe.port, limitOf(probe));
    if ('code' in result && result.code === 'ENETUNREACH') continue;
    if ('code' in result) return judge(probe, address, { code: result.code });
    const arrived = await arrivalOf(result.end);
    result.socket.destroy();
    return judge(probe, address, { arrived });
  }
  return untried({ ...probe, because: `there is no route to ${probe.addresses.join(' or ')}` });
}

async function sendIn(
  probes: readonly (InProbe | Untried)[],
  env: NodeJS.ProcessEnv,
  found: (finding: Finding) => void,
): Promise<void> {
  const ready = probes.filter((probe): probe is InProbe => !('because' in probe));
  for (const probe of probes) if ('because' in probe) found(untried(probe));
  if (ready.length === 0) return;
  let count = 0;
  try {
    await sendFromOutside(ready, limitOf, env, async ({ probe, port, code }) => {
      count += 1;
      const address = senderAddress(probe.family);
      const outcome = port === undefined ? { code } : { arrived: await arrivalOf({ address, port }) };
      found(judge(probe, probe.to, outcome));
    });
  } catch (error) {
    if (!(error instanceof ProxyinitError)) throw error;
    for (const probe of ready.slice(count)) found(untried({ ...probe, because: error.message }));
  }
}

async function sendQuestion(
  probe: OutProbe,
  settings: ProxyinitSettings,
  options: RunOptions,
): Promise<Finding> {
  const redirected = async () => {
    const { families } = await readStatus(settings, options);
    const rules = families.filter(({ family }) => family === probe.family).flatMap((one) => one.rules);
    const questions = rules.filter(
      ({ rule }) => rule.includes('-p udp') && rule.includes('daybreak/to-resolver'),
    );
    return questions.reduce((sum, { packets }) => sum + packets, 0);
  };
  const echo = await echoUdp(probe.arrives ?? 0, envoyOwner(settings), probe.family);
  try {
    return await askUdp(probe, echo === undefined ? redirected : 'echo', ARRIVE_MS);
  } finally {
    echo?.close();
  }
}

function limitOf({ arrives }: Probe): number {
  return arrives === undefined ? PASS_MS : ARRIVE_MS;
}

function untried({ family, what, because }: Untried): Finding {
  const title = family === 'ipv4' ? 'IPv4' : 'IPv6';
  return { verdict: 'unsure', text: `${title} ${what}: not tried: ${because}` };
}

function envoyOwner(settings: ProxyinitSettings) {
  const app = appOwner(settings) ?? { uid: 0, gid: 0 };
  return { uid: settings.ignoredUids[0] ?? app.uid, gid: settings.ignoredGids[0] ?? app.gid };
}
