import { setEndpoint, setSecrets } from './changes/control-plane.ts';
import { setHealthCheck } from './changes/health-check.ts';
import { setImage, setProxyinitImages } from './changes/images.ts';
import { setReservations } from './changes/reservations.ts';
import { setStartOrder } from './changes/start-order.ts';
import { setStopTimeout } from './changes/stop-timeout.ts';
import { removeDaemon, setTelemetry } from './changes/telemetry.ts';
import { checkAdminPort } from './checks/admin-port.ts';
import { checkAgentSettings } from './checks/agent-settings.ts';
import { checkCommand } from './checks/command.ts';
import { askOpenValues } from './checks/open-values.ts';
import { checkProxyConfiguration } from './checks/proxy-configuration.ts';
import { checkTask } from './checks/task.ts';
import { checkUsers } from './checks/users.ts';
import { createDraft, type Rendered } from './draft.ts';
import { findEnvoy, mayHaveEnvoy } from './envoy-container.ts';
import type { RenderOptions } from './options.ts';
import { registerInput, type TaskDefinition } from './task-definition.ts';

/**
 * Changes a task definition of App Mesh to one of this project, and says why it changed each value. Rendering the result again
 * with the same options, or with none, changes nothing.
 */
export function render(given: TaskDefinition, options: RenderOptions): Rendered {
  const draft = createDraft(registerInput(given));
  removeDaemon(draft, options);
  const envoy = findEnvoy(draft.definition());
  if (!envoy.found) {
    // A condition or a variable without a value may decide whether there is one.
    if (mayHaveEnvoy(draft.definition())) askOpenValues(draft, undefined);
    else draft.report('error', envoy.path, envoy.reason);
    return draft.result();
  }
  setImage(draft, envoy.index, options);
  setProxyinitImages(draft, options);
  setEndpoint(draft, envoy.index, options);
  setSecrets(draft, envoy.index, options);
  setTelemetry(draft, envoy.index, options);
  setStopTimeout(draft, envoy.index);
  setHealthCheck(draft, envoy.index);
  setStartOrder(draft, envoy.index, options);
  setReservations(draft, envoy.index);
  checkTask(draft, envoy.index);
  checkProxyConfiguration(draft);
  checkUsers(draft, envoy.index);
  checkCommand(draft, envoy.index);
  checkAdminPort(draft, envoy.index);
  checkAgentSettings(draft, envoy.index);
  askOpenValues(draft, envoy.index);
  return draft.result();
}
