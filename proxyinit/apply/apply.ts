import type { Family } from '../../common/addresses/ip-range.ts';
import { ProxyinitError, notUndone, undone } from '../errors.ts';
import { guard } from '../rules/guard.ts';
import { inspect, type Host } from '../backend/inspect.ts';
import { restore, save } from '../backend/iptables.ts';
import { withLock } from '../backend/lock.ts';
import { plan, type Step, type Wanted } from './plan.ts';
import type { Backend } from '../backend/programs.ts';
import { reconcile } from './reconcile.ts';
import { rules } from '../rules/rules.ts';
import { ours } from '../backend/saved.ts';
import type { ProxyinitSettings, RunSettings } from '../settings/settings.ts';

/**
 * Result for one family. `applied`: rules were written. `nothing`: the rules were already in force. `removed`: rules were removed.
 * `absent`: the host does not have this IP version.
 */
export type Outcome = {
  readonly family: Family;
  readonly did: 'applied' | 'nothing' | 'removed' | 'absent';
  readonly backend: Backend;
};

/** How to run programs. `env`: their environment. */
export type RunOptions = { readonly run: RunSettings; readonly env: NodeJS.ProcessEnv };

const NONE: Wanted = () => [];

/**
 * Applies the rules in this network namespace if they are not in force, and removes obsolete rules of earlier runs. Reads everything
 * before the first change; restores the previous rules after a failure.
 * @throws ProxyinitError
 */
export async function apply(
  settings: ProxyinitSettings,
  { run, env }: RunOptions,
): Promise<readonly Outcome[]> {
  return withLock(env, run.wait, async (descriptor) => {
    const host = await inspect({ run, env, families: settings.families, writing: true });
    const steps = planApply(host, settings);
    await execute(steps, { run, env }, descriptor);
    const changed = (family: Family) => steps.some(({ present }) => present.family === family);
    return [
      ...settings.families.map((family): Outcome => {
        if (host.absent.includes(family)) return { family, did: 'absent', backend: host.choice.backend };
        return { family, did: changed(family) ? 'applied' : 'nothing', backend: host.choice.backend };
      }),
      ...outcomes(steps).filter(({ family }) => !settings.families.includes(family)),
    ];
  });
}

/**
 * Removes all our rules from both backends and families. Resolves with the families that had rules.
 * @throws ProxyinitError
 */
export async function remove({ run, env }: RunOptions): Promise<readonly Outcome[]> {
  return withLock(env, run.wait, async (descriptor) => {
    const steps = planRemoval(await inspect({ run, env, families: [], writing: false }));
    await execute(steps, { run, env }, descriptor);
    return outcomes(steps);
  });
}

/**
 * Removes the jumps to our chains in both backends and families: new connections bypass Envoy, and open ones continue through it. The chains stay
 * until `remove`, because the kernel stops the translation of open connections once a network namespace has no rule left that translates.
 * Resolves with the families that had jumps.
 * @throws ProxyinitError
 */
export async function detach({ run, env }: RunOptions): Promise<readonly Outcome[]> {
  return withLock(env, run.wait, async (descriptor) => {
    const steps = planDetachment(await inspect({ run, env, families: [], writing: false }));
    await execute(steps, { run, env }, descriptor);
    return outcomes(steps);
  });
}

/** Plans the restores of `apply`. */
export function planApply(host: Host, settings: ProxyinitSettings): readonly Step[] {
  const wanted: Wanted = (family) => (settings.families.includes(family) ? rules(settings, family) : []);
  return plan(host, wanted, settings.guard ? (family) => guard(settings, family) : NONE);
}

/** Plans the restores of `remove`. */
export function planRemoval(host: Host): readonly Step[] {
  return plan(host, NONE, NONE);
}

/** Plans the restores of `detach`. */
export function planDetachment({ present }: Host): readonly Step[] {
  return present.flatMap((one): readonly Step[] => {
    const text = reconcile(
      one.saved,
      ours(one.saved).map((chain) => ({ ...chain, jumps: [] })),
    );
    return text === undefined ? [] : [{ present: one, what: 'removal', text }];
  });
}

function outcomes(steps: readonly Step[]): readonly Outcome[] {
  return steps.map(({ present: { family, backend } }) => ({ family, did: 'removed', backend }));
}

async function execute(steps: readonly Step[], { run, env }: RunOptions, descriptor: number): Promise<void> {
  const options = { env, wait: run.wait, descriptor };
  try {
    for (const { present, text } of steps) {
      await restore(present.programs, text, { ...options, family: present.family });
    }
  } catch (failure) {
    if (!(failure instanceof ProxyinitError)) throw failure;
    await rollBack(steps, options).catch((cause: unknown) => {
      throw notUndone(failure, cause);
    });
    throw undone(failure);
  }
}

/** Restores our previous rules. Reads the current rules first, because rules of other programs may have changed meanwhile. */
async function rollBack(
  steps: readonly Step[],
  options: { readonly env: NodeJS.ProcessEnv; readonly wait: number; readonly descriptor: number },
): Promise<void> {
  const touched = new Map(steps.map(({ present }) => [present.programs.restore, present]));
  for (const { programs, family, saved } of touched.values()) {
    const now = await save(programs, options.env);
    const text = 'saved' in now ? reconcile(now.saved, ours(saved)) : undefined;
    if (text !== undefined) await restore(programs, text, { ...options, family });
  }
}
