import { readFile } from 'node:fs/promises';
import { requireAnswers } from '../../common/files/require-answers.ts';

/** Replaces the secrets in a text. */
export type Redact = (text: string) => string;

/** Names of variables whose values are secret. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|HEADERS|AUTHORIZATION/;
/** Variables that name a file, a place or a switch, although their name looks like one of a secret. */
const PLAIN_NAME = /_(?:FILE|PATH|KEYS)$/;
/** The shortest text that counts as a secret; shorter ones would also replace harmless words. */
const LEAST_LENGTH = 6;
const STRUCK = '(struck out)';

/** Secrets by their form, wherever they come from. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/g, STRUCK],
  [/\b(Bearer|Basic) [\w~+/.-]+=*/gi, `$1 ${STRUCK}`],
  [/\b(\w+:\/\/)[^/\s"@]+@/g, `$1${STRUCK}@`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, STRUCK],
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns whether the value of a variable is secret, by its name. */
function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PLAIN_NAME.test(name);
}

/**
 * Creates a redactor that knows the values of secret variables, and the `contents` of files with secrets: as a whole and line by line, because JSON
 * escapes line breaks.
 */
export function createRedact(env: Environment, contents: readonly string[]): Redact {
  const values = Object.entries(env).flatMap(([name, value = '']) => (isSecretName(name) ? [value] : []));
  const secrets = [...values, ...contents]
    .flatMap((value) => [value, ...value.split('\n')])
    .map((value) => value.trim())
    .filter((value) => value.length >= LEAST_LENGTH)
    .toSorted((a, b) => b.length - a.length);
  const unique = [...new Set(secrets)];
  return (text) => {
    const known = unique.reduce((left, secret) => left.replaceAll(secret, STRUCK), text);
    return FORMS.reduce((left, [form, by]) => left.replaceAll(form, by), known);
  };
}

/**
 * Creates a redactor that knows the present contents of files, as far as they can be read.
 * @throws Error if the file system of one does not answer: its content is unknown, and would be shown
 */
export async function redactWithFiles(env: Environment, files: readonly string[]): Promise<Redact> {
  await requireAnswers(files);
  return createRedact(env, await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => ''))));
}

/** Variables whose values a bundle shows: those of the agent and of Envoy. Of others it shows only the names. */
const SHOWN =
  /^(?:APPMESH|APPNET|ENVOY|DAYBREAK|HC|LISTENER|DISABLE|ENABLE|STATSD|XRAY|DATADOG|JAEGER|MAX_REQUESTS)_|^AWS_REGION$/;

/** Returns the environment for a bundle: values of the agent's variables, without secrets; of others only that they are set. */
export function shownEnvironment(env: Environment, redact: Redact): Readonly<Record<string, string>> {
  const entries = Object.entries(env).map(([name, value = '']) => {
    if (isSecretName(name)) return [name, STRUCK] as const;
    return [name, SHOWN.test(name) ? redact(value) : '(not shown)'] as const;
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
