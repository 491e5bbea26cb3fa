import type { Snapshot } from '../../../../xds/types.ts';
import type { Pem } from './requested-secrets.ts';
import { NEXT_CHECK, startLiveEnvoy, type LiveEnvoy } from './live-envoy.ts';

/** Checks whether a running Envoy accepts configurations, one after the other. */
export type EnvoyJudge = {
  /** Returns '' if Envoy accepts the configuration in place of the previous one, and the error otherwise. */
  judge(snapshot: Snapshot): Promise<string>;
  close(): Promise<void>;
};

/** Uses one Envoy at a time. After a NACK it has a mixture of two configurations, and while clusters wait it takes no other ones, so a new Envoy replaces it. */
export function createEnvoyJudge(binary: string, pem: Pem): EnvoyJudge {
  let envoy: LiveEnvoy | undefined;
  const close = async (): Promise<void> => {
    const last = envoy;
    envoy = undefined;
    await last?.close();
  };
  return {
    async judge(snapshot) {
      envoy ??= await startLiveEnvoy(binary, pem);
      const verdict = await envoy.take(snapshot);
      if (verdict !== '') await close();
      return verdict === NEXT_CHECK ? '' : verdict;
    },
    close,
  };
}
