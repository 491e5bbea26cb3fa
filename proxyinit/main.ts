import { SettingsError } from '../common/settings.ts';
import type { Family } from '../common/addresses/ip-range.ts';
import {
  apply,
  detach,
  planApply,
  planDetachment,
  planRemoval,
  remove,
  type RunOptions,
} from './apply/apply.ts';
import type { Step } from './apply/plan.ts';
import type { ProxyinitCommand } from './commands.ts';
import { ProxyinitError, usage } from './errors.ts';
import { gather } from './settings/gather.ts';
import type { RawSettings } from './settings/raw-settings.ts';
import { hostWithout, inspect, type Host } from './backend/inspect.ts';
import type { ProxyinitIo } from './io.ts';
import {
  describeDetachment,
  describeOutcome,
  describeRemoval,
  describeStatus,
  describeSteps,
} from './report.ts';
import { readProxyinitSettings, readRunSettings, type ProxyinitSettings } from './settings/settings.ts';
import { readStatus } from './status.ts';
import { serveCommands } from './stdin-commands.ts';

/** The parsed command line. `dryRun` prints the restores of `apply`, `detach` or `remove`, and changes nothing. */
export type ProxyinitArgs = {
  readonly command: ProxyinitCommand;
  readonly dryRun: boolean;
  /** Flags by their names without `--`. */
  readonly flags: RawSettings['flags'];
};

/** Folders of iptables and flock, which the PATH of an init system or of sudo may lack. */
const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin';

/** Exit codes of `status` and `verify`: not as the settings say, and not everything could be checked. */
const NOT_SO = 3;
const UNSURE = 4;

/**
 * Redirects the app's traffic to Envoy, removes the redirection, or checks it. Idempotent. Resolves with the exit code: 0 on success; 1
 * after invalid settings or a failure, and 2 after a usage error, with an explanation on `stderr`; 3 if `status` finds other rules than
 * the settings demand, or `verify` finds traffic that goes elsewhere; 4 if all probes of `verify` succeeded but some could not be sent.
 */
export async function runProxyinit(args: ProxyinitArgs, io: ProxyinitIo): Promise<number> {
  try {
    return await dispatch(args, await gather(args.flags, io.env), io);
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof ProxyinitError)) throw error;
    io.stderr.write(`${error.message} (${error.code})\n`);
    return error.exitCode;
  }
}

async function dispatch(
  { command, dryRun }: ProxyinitArgs,
  given: RawSettings,
  io: ProxyinitIo,
): Promise<number> {
  const env = { ...given.env, PATH: `${given.env['PATH'] ?? ''}:${SYSTEM_FOLDERS}`, LC_ALL: 'C' };
  switch (command) {
    case 'remove': {
      const options = { env, run: readRunSettings(given) };
      if (dryRun) return preview(planRemoval, options, io);
      io.stdout.write(describeRemoval(await remove(options)));
      return 0;
    }
    case 'detach': {
      const options = { env, run: readRunSettings(given) };
      if (dryRun) return preview(planDetachment, options, io);
      io.stdout.write(describeDetachment(await detach(options)));
      return 0;
    }
    case 'apply': {
      const settings = readProxyinitSettings(given);
      const options = { env, run: readRunSettings(given) };
      if (dryRun) return previewApply(settings, options, io);
      return settings.startEnabled ? applyNow(settings, options, io) : serveCommands(settings, options, io);
    }
    case 'status': {
      if (dryRun) throw usage('--dry-run goes with apply, detach and remove: status changes nothing');
      const status = await readStatus(readProxyinitSettings(given), { env, run: readRunSettings(given) });
      io.stdout.write(describeStatus(status));
      return status.inForce ? 0 : NOT_SO;
    }
    case 'verify': {
      if (dryRun) throw usage('--dry-run goes with apply, detach and remove: verify changes no rule');
      const { verify } = await import('./verify/main.ts');
      const verdict = await verify(readProxyinitSettings(given), { env, run: readRunSettings(given) }, io);
      return { right: 0, wrong: NOT_SO, unsure: UNSURE }[verdict];
    }
  }
}

async function applyNow(
  settings: ProxyinitSettings,
  options: RunOptions,
  { stdout }: ProxyinitIo,
): Promise<number> {
  for (const outcome of await apply(settings, options)) stdout.write(describeOutcome(outcome, settings));
  return 0;
}

async function previewApply(
  settings: ProxyinitSettings,
  options: RunOptions,
  io: ProxyinitIo,
): Promise<number> {
  const host = await inspectOrAssume(settings.families, options, io);
  io.stdout.write(describeSteps(planApply(host, settings), options.run.wait));
  return 0;
}

async function preview(
  planOf: (host: Host) => readonly Step[],
  { run, env }: RunOptions,
  { stdout }: ProxyinitIo,
): Promise<number> {
  const host = await inspect({ run, env, families: [], writing: false });
  stdout.write(describeSteps(planOf(host), run.wait));
  return 0;
}

/** Without the right to read rules, a dry run assumes a host without rules. */
async function inspectOrAssume(
  families: readonly Family[],
  { run, env }: RunOptions,
  { stderr }: ProxyinitIo,
): Promise<Host> {
  try {
    return await inspect({ run, env, families, writing: false });
  } catch (error) {
    const expected = ['NET_ADMIN_MISSING', 'PROGRAM_MISSING'];
    if (!(error instanceof ProxyinitError && expected.includes(error.code))) throw error;
    stderr.write(
      `${error.message}\nassuming that there are no rules of proxyinit yet, apply would restore\n`,
    );
    return hostWithout(families, run.backend === 'auto' ? 'nft' : run.backend);
  }
}
