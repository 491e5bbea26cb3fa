import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { containersOf } from '../task-definition.ts';

/** Asks for the values that a template leaves open and that are still in the result; not for Envoy's image, which is a flag. */
export function askOpenValues(draft: Draft, envoy: number | undefined): void {
  const image = envoy === undefined ? undefined : containersOf(draft.definition())[envoy]?.['image'];
  const walk = (value: unknown): void => {
    if (value !== undefined && value === image) return;
    if (value instanceof Open) {
      for (const { why, flags } of value.questions) {
        // The files of -f are those of import.
        draft.want(flags.filter((flag) => !flag.startsWith('-f ')).join(' or '), why);
      }
    } else if (Array.isArray(value)) for (const part of value) walk(part);
    else if (isObject(value)) for (const part of Object.values(value)) walk(part);
  };
  walk(draft.definition());
}
