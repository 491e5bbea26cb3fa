import { requireAnswers } from '../../common/files/require-answers.ts';
import { MERGED_FILES } from '../custom-config/custom-config-settings.ts';
import { cannotUseConfigFile } from '../errors.ts';

/** Variables with the path of a file that is read at a start of the agent or of Envoy. */
const FILE_VARIABLES: readonly string[] = [
  'ENVOY_CONFIG_FILE',
  ...MERGED_FILES,
  'XRAY_SAMPLING_RULE_MANIFEST',
  'DAYBREAK_ENVOY',
  'DAYBREAK_XDS_CA_FILE',
  'DAYBREAK_XDS_CERT_FILE',
  'DAYBREAK_XDS_KEY_FILE',
  'DAYBREAK_XDS_TOKEN_FILE',
];

/**
 * Checks that the file system of each file that a variable names answers, because the agent reads most of the files synchronously: a
 * network file system without an answer would stop the agent, and its supervision of Envoy, forever.
 * @throws AgentError `CONFIG_FILE` for a file without an answer within two seconds
 */
export async function requireFileAnswers(
  env: Readonly<Record<string, string | undefined>>,
  limitMs?: number,
): Promise<void> {
  for (const variable of FILE_VARIABLES) {
    const path = env[variable]?.trim() ?? '';
    if (!path.startsWith('/')) continue;
    try {
      // One after the other, because each call without an answer blocks a thread.
      await requireAnswers([path], limitMs);
    } catch (cause) {
      throw cannotUseConfigFile(variable, path, cause);
    }
  }
}
