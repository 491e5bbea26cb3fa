import type { JsonFormat } from '../../model/types.ts';
import { formatProblem } from '../../translate/envoy/access-log/access-log-format.ts';
import { elementPath, memberPath } from '../validation/violation.ts';
import type { Broken } from './rule.ts';

/** Checks the format of an access log line: Envoy refuses unknown commands. */
export function accessLogFormat(value: string, path: string): readonly Broken[] {
  const problem = formatProblem(value, 'some');
  if (problem === undefined) return [];
  const constraint = `Member must be a format of Envoy's access log: ${problem}`;
  return [{ rule: 'log-format', path, value, constraint }];
}

/** Checks a JSON access log format: unique keys, and each value a valid text format. */
export function jsonAccessLogFormat(value: JsonFormat, path: string): readonly Broken[] {
  const keys = new Set<string>();
  return value.flatMap(({ key, value: format }, index) => {
    const at = elementPath(path, index);
    const found = [...accessLogFormat(format, memberPath(at, 'value'))];
    if (keys.has(key)) {
      const constraint = 'Member must not be given twice';
      found.push({ rule: 'log-key-once', path: memberPath(at, 'key'), value: key, constraint });
    }
    keys.add(key);
    return found;
  });
}
