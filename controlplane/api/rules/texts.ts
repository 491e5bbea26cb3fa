import type { Broken } from './rule.ts';

/** The most characters of a virtual service's name, the same as for all other names. */
const LONGEST_NAME = 255;

/** The most bytes that file systems allow in one path segment. */
const LONGEST_FILE_NAME = 255;

/** Shapes of free text, which is never compared and may have several lines. */
const FREE_TEXT: ReadonlySet<string> = new Set(['TextFormat', 'JsonKey', 'JsonValue', 'TagKey', 'TagValue']);

/** Checks a text: it must be well-formed Unicode and, unless it is free text, have no line ends and no NUL, which ends a text in Envoy. */
export function text(shape: string, value: string, path: string): readonly Broken[] {
  // oxlint-disable-next-line no-control-regex
  const broken = !FREE_TEXT.has(shape) && /[\u0000\r\n]/.test(value);
  if (!broken && value.isWellFormed()) return [];
  const constraint = 'Member must be text without line breaks, NUL and unpaired surrogates';
  return [{ rule: 'text', path, value: JSON.stringify(value), constraint }];
}

/** Checks the DNS host name or address of a virtual node: Envoy refuses an empty one. */
export function hostName(value: string, path: string): readonly Broken[] {
  return notEmpty('host-name', value, path);
}

/** Checks the name of a secret: Envoy refuses an empty one. */
export function secretName(value: string, path: string): readonly Broken[] {
  return notEmpty('secret-name', value, path);
}

/** Checks the name of a virtual service. */
export function serviceName(value: string, path: string): readonly Broken[] {
  const length = Array.from(value).length;
  if (length > 0 && length <= LONGEST_NAME) return [];
  const bound = length === 0 ? 'greater than or equal to 1' : `less than or equal to ${LONGEST_NAME}`;
  return [{ rule: 'service-name-length', path, value, constraint: `Member must have length ${bound}` }];
}

/** Checks the path of a file that Envoy opens: file systems refuse a longer segment, and Envoy then refuses the whole listener. */
export function filePath(value: string, path: string): readonly Broken[] {
  if (value.split('/').every((name) => Buffer.byteLength(name) <= LONGEST_FILE_NAME)) return [];
  const constraint = `Member must not have a segment of more than ${LONGEST_FILE_NAME} bytes between two /`;
  return [{ rule: 'file-name-length', path, value, constraint }];
}

function notEmpty(rule: Broken['rule'], value: string, path: string): readonly Broken[] {
  if (value !== '') return [];
  return [{ rule, path, value, constraint: 'Member must have length greater than or equal to 1' }];
}
