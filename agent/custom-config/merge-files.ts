import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { cannotUseConfigFile } from '../errors.ts';
import type { MergedFile } from './custom-config-settings.ts';
import { mergeConfig, type Config } from './merge.ts';
import { parseConfig } from './parse-config.ts';
import { readConfigFile } from './read-config-file.ts';

/**
 * Merges files of the operator into the bootstrap, in their order.
 * @throws AgentError that names the file that is missing, unreadable, empty, or cannot be merged
 */
export async function mergeFiles(bootstrap: Config, files: readonly MergedFile[], log: Log): Promise<Config> {
  let result = bootstrap;
  for (const file of files) result = await mergeFile(result, file, log);
  return result;
}

async function mergeFile(bootstrap: Config, { variable, path }: MergedFile, log: Log): Promise<Config> {
  const refuse = (problem: string) => cannotUseConfigFile(variable, path, problem);
  const parsed = await parseConfig(readConfigFile(variable, path)).catch((cause: unknown) => ({
    problem: errorText(cause),
  }));
  if ('problem' in parsed) throw refuse(parsed.problem);
  if (Object.keys(parsed.config).length === 0) {
    if (variable !== 'ENVOY_RESOURCES_CONFIG_FILE') throw refuse('the file is empty');
    log.warn({ variable, path }, 'the file is empty; nothing is merged');
    return bootstrap;
  }
  const merged = mergeConfig(bootstrap, parsed.config);
  if ('problem' in merged) throw refuse(merged.problem);
  if (variable === 'ENVOY_STATS_SINKS_CFG_FILE' && !('statsSinks' in merged.bootstrap)) {
    throw refuse('the file has no statsSinks');
  }
  for (const warning of merged.warnings) log.warn({ variable, path }, warning);
  log.info({ variable, path }, 'merged a file into the bootstrap');
  return merged.bootstrap;
}
