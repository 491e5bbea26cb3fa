import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { envoyMissing } from '../errors.ts';
import type { EnvoySettings } from '../settings/envoy-settings.ts';

/**
 * The path of the Envoy to start: the one that was named, or the first on the path. Looked for as the user who starts it.
 * @throws AgentError that lists where it was looked for.
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
