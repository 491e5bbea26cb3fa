import type { AuthorityState } from '../../../../controlplane/identity/authority/describe-authority.ts';
import type { IssuedEntry } from '../../../../controlplane/identity/issued.ts';
import { until } from '../../../lab/until.ts';
import type { MutualScene } from './scene.ts';

type State = AuthorityState & { readonly certificates: readonly IssuedEntry[] };

/** Longer than the longest wait of an agent whose renewal has failed, which is five minutes. */
const LIMITS = { limitMs: 660_000, everyMs: 1000 };

async function stateOf({ controlPlane }: MutualScene): Promise<State> {
  return JSON.parse(await controlPlane.daybreak('identity', '-o', 'json')) as State;
}

async function serialsOf(scene: MutualScene): Promise<string> {
  const { certificates } = await stateOf(scene);
  return certificates
    .map(({ serial }) => serial)
    .toSorted()
    .join(' ');
}

/** Kills the control plane, and starts it again. */
export async function killAndStart({ controlPlane }: MutualScene): Promise<void> {
  await controlPlane.kill();
  await controlPlane.startAgain();
}

/** Waits until all Envoys have the newest certificates of their nodes: the agents have them before the Envoys do. */
async function envoyHasNewest(scene: MutualScene): Promise<void> {
  await until(
    'all Envoys have the newest certificates',
    async () => {
      const { certificates } = await stateOf(scene);
      const held = await Promise.all(scene.certified.map((admin) => admin.ask('/certs')));
      const serials = held.map(({ body }) => body.toLowerCase());
      const missing = certificates.filter(
        ({ serial }) => !serials.some((each) => each.includes(serial.toLowerCase().replace(/^0+/, ''))),
      );
      // The error has the certificates that no Envoy has, and those that Envoys have.
      if (missing.length > 0)
        throw new Error(
          `${JSON.stringify(missing)} of ${JSON.stringify(certificates)}: ${serials.join(' ')}`,
        );
      return true;
    },
    LIMITS,
  );
}

/** Replaces the intermediate at once, so that all certificates are renewed; the control plane is killed meanwhile if `isKilled`. */
export async function renewAll(scene: MutualScene, isKilled: boolean): Promise<void> {
  const before = new Set((await serialsOf(scene)).split(' '));
  await scene.controlPlane.daybreak('identity', 'rotate', 'intermediate');
  if (isKilled) await killAndStart(scene);
  await until(
    'all certificates are renewed',
    async () => (await serialsOf(scene)).split(' ').every((serial) => !before.has(serial)),
    LIMITS,
  );
  await envoyHasNewest(scene);
}

/** Replaces the root, step by step; the control plane is killed in each step if `isKilled`. */
export async function replaceRoot(scene: MutualScene, isKilled: boolean): Promise<void> {
  const [before] = (await stateOf(scene)).roots;
  await scene.controlPlane.daybreak('identity', 'rotate');
  if (isKilled) await killAndStart(scene);
  await until(
    'the new root signs',
    async () => (await stateOf(scene)).rotation?.step !== 'distributing',
    LIMITS,
  );
  if (isKilled) await killAndStart(scene);
  await until('the root is replaced', async () => (await stateOf(scene)).rotation === null, LIMITS);
  const { roots } = await stateOf(scene);
  if (roots.length !== 1 || roots[0]?.fingerprint === before?.fingerprint)
    throw new Error(`the root was not replaced: ${JSON.stringify(roots)}`);
  await envoyHasNewest(scene);
}
