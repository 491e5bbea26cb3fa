import type { Broken } from './rule.ts';

/** The most characters of a virtual service's name, as of all other names. */
const LONGEST_NAME = 255;

/** The most bytes that a file system has for one name of a path. */
const LONGEST_FILE_NAME = 255;

/** Shapes of text that people read, and nobody compares: it may have several lines. */
const FREE_TEXT: ReadonlySet<string> = new Set(['TextFormat', 'JsonKey', 'JsonValue', 'TagKey', 'TagValue']);

/** Any text: Unicode, and but for what people read without what ends a line, or in Envoy a text. */
export function text(shape: string, value: string, path: string): readonly Broken[] {
  // oxlint-disable-next-line no-control-regex
  const broken = !FREE_TEXT.has(shape) && /[\u0000\r\n]/.test(value);
  if (!broken && value.isWellFormed()) return [];
  const constraint = 'Member must be text without line breaks, NUL and halves of surrogate pairs';
  return [{ rule: 'text', path, value: JSON.stringify(value), constraint }];
}

/** The host name or address that a virtual node is found by: Envoy refuses an empty one. */
export function hostName(value: string, path: string): readonly Broken[] {
  return notEmpty('host-name', value, path);
}

/** The name of a secret: Envoy refuses an empty one. */
export function secretName(value: string, path: string): readonly Broken[] {
  return notEmpty('secret-name', value, path);
}

/** The name of a virtual service. */
export function serviceName(value: string, path: string): readonly Broken[] {
  const length = Array.from(value).length;
  if (length > 0 && length <= LONGEST_NAME) return [];
  const bound = length === 0 ? 'greater than or equal to 1' : `less than or equal to ${LONGEST_NAME}`;
  return [{ rule: 'service-name-length', path, value, constraint: `Member must have length ${bound}` }];
}

/** A file that Envoy is to open: no file system takes a longer name, and Envoy refuses the whole listener then. */
export function filePath(value: string, path: string): readonly Broken[] {
  if (value.split('/').every((name) => Buffer.byteLength(name) <= LONGEST_FILE_NAME)) return [];
  const constraint = `Member must not have a name of more than ${LONGEST_FILE_NAME} bytes between two /`;
  return [{ rule: 'file-name-length', path, value, constraint }];
}

function notEmpty(rule: Broken['rule'], value: string, path: string): readonly Broken[] {
  if (value !== '') return [];
  return [{ rule, path, value, constraint: 'Member must have length greater than or equal to 1' }];
}
