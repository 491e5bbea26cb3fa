import type { Snapshot } from '../../../../xds/types.ts';
import type { Pem } from './asked-secrets.ts';
import { startLiveEnvoy, type LiveEnvoy } from './live-envoy.ts';

/** Says what a running Envoy has against one configuration after the other. */
export type EnvoyJudge = {
  /** '' when it takes it, in whatever state the one before left it. */
  judge(snapshot: Snapshot): Promise<string>;
  close(): Promise<void>;
};

/** One Envoy at a time: one that refused something keeps a mixture, so that another takes its place. */
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
      return verdict;
    },
    close,
  };
}
