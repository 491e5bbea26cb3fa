import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { envoyMissing } from '../../errors.ts';
import type { EnvoySettings } from '../../settings/envoy-settings.ts';

/**
 * Returns the path of the Envoy to start: `binary`, or the first `envoy` in `searchPath` that the current user may execute.
 * @throws AgentError that lists the paths it tried
 */
export function findEnvoy({ binary, searchPath }: EnvoySettings): string {
  const candidates = binary === undefined ? searchPath.map((folder) => join(folder, 'envoy')) : [binary];
  const found = candidates.find(isExecutable);
  if (found === undefined) throw envoyMissing(candidates);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
