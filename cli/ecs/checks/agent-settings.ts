import { readAgentSettings } from '../../../agent/settings/settings.ts';
import { SettingsError } from '../../../common/settings.ts';
import type { Draft } from '../draft.ts';
import { RESOURCE_VARIABLES } from '../envoy-container.ts';
import { containersOf, objects } from '../task-definition.ts';

/** Reports the variables of the Envoy container that the agent refuses, as the agent itself reads them. */
export function checkAgentSettings(draft: Draft, envoy: number): void {
  const { environment, secrets, environmentFiles } = containersOf(draft.definition())[envoy] ?? {};
  const variables = objects(environment).map(({ name, value }) => [String(name), value] as const);
  const known = variables.filter(([, value]) => typeof value === 'string');
  const env = Object.fromEntries(known) as Record<string, string>;
  const hidden = new Set([
    ...variables.filter(([, value]) => typeof value !== 'string').map(([name]) => name),
    ...objects(secrets).map(({ name }) => String(name)),
  ]);
  // The agent refuses a token without TLS; the value does not matter.
  if (hidden.has('DAYBREAK_XDS_TOKEN')) env['DAYBREAK_XDS_TOKEN'] = 'token';
  const hasResource = RESOURCE_VARIABLES.some((name) => hidden.has(name) || name in env);
  const hasFiles = objects(environmentFiles).length > 0;
  for (const { name, got, wanted, isSecret } of problemsOf(env)) {
    const isMissing = got === undefined && isSecret !== true;
    if (hidden.has(name) && isSecret !== true) continue;
    if (isMissing && (hasFiles || name === 'APPMESH_XDS_ENDPOINT')) continue;
    if (isMissing && name === 'APPMESH_RESOURCE_ARN' && hasResource) continue;
    const index = variables.findIndex(([each]) => each === name);
    const at = index === -1 ? [] : [index, 'value'];
    const shown = isMissing ? 'is not set' : isSecret === true ? 'is set' : `is ${JSON.stringify(got)}`;
    const path = ['containerDefinitions', envoy, 'environment', ...at];
    draft.report('error', path, `${name} ${shown}; the agent wants ${wanted}`);
  }
}

function problemsOf(env: Readonly<Record<string, string>>): SettingsError['problems'] {
  try {
    readAgentSettings(env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}
