import { createPrepareNext } from '../reload/prepare-next.ts';
import { createReload, type Reload } from '../reload/reload.ts';
import { replaceWhenPossible } from '../reload/wait-until-replaceable.ts';
import { AGENT_LEVELS } from '../output/agent-log.ts';
import type { Configuration } from './open-configuration.ts';
import type { Envoy } from './open-envoy.ts';
import type { Launch } from './launch.ts';
import type { Prepared } from './prepare.ts';
import type { Context } from './context.ts';

/** Opens reloads: by SIGHUP, and by `Reload.request` for the operator's command. */
export function openReload(
  { variables, agentLog: { log }, hangups, stop }: Context,
  { base, launches, hotRestartOff }: Prepared,
  { relay }: Configuration,
  { supervisor, management, startEnvoy }: Envoy,
): Reload {
  const reload = createReload({
    prepare: createPrepareNext({
      variables,
      base,
      launches,
      hotRestartOff,
      supervisor,
      stop: stop.drain,
    }),
    replace: (how, launch) =>
      replaceWhenPossible(
        { supervisor, stop: stop.drain },
        { how, start: (epoch) => startEnvoy(launch, epoch) },
      ),
    succeeded,
    log,
  });

  function succeeded(launch: Launch): void {
    const before = launches.current();
    launches.succeeds(launch);
    const { logLevel } = launch.settings.envoy;
    if (logLevel !== before.settings.envoy.logLevel) {
      management.configureLogLevel(logLevel);
      log.level = AGENT_LEVELS[logLevel];
    }
    if (JSON.stringify(launch.node) !== JSON.stringify(before.node)) relay.useNode(launch.node);
  }

  hangups.use(() => void reload.request('hot restart'));
  return reload;
}
