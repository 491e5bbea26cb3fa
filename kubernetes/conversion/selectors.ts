import type { Labels } from './objects.ts';

/** Whether a selector takes something: not to be known where labels that it asks for may be missing. */
export type Selected = 'yes' | 'no' | 'unknown';

/**
 * Whether a label selector takes these labels, as Kubernetes has it: none takes nothing, an empty one everything, and else
 * all that it asks for has to hold. `whole`: there are no other labels.
 */
export function selects(selector: unknown, labels: Labels, whole = true): Selected {
  if (selector === undefined || selector === null) return 'no';
  const { matchLabels, matchExpressions } = selector as {
    readonly matchLabels?: Readonly<Record<string, unknown>> | null;
    readonly matchExpressions?: readonly Expression[] | null;
  };
  const asked: Selected[] = [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) =>
      holds({ key, operator: 'In', values: [value] }, labels, whole),
    ),
    ...(Array.isArray(matchExpressions) ? matchExpressions : []).map((each) => holds(each, labels, whole)),
  ];
  if (asked.includes('no')) return 'no';
  return asked.includes('unknown') ? 'unknown' : 'yes';
}

type Expression = { readonly key: string; readonly operator: string; readonly values?: readonly unknown[] };

function holds({ key, operator, values = [] }: Expression, labels: Labels, whole: boolean): Selected {
  const label = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (label === undefined && !whole) return 'unknown';
  const isOne = label !== undefined && values.map(String).includes(label);
  switch (operator) {
    case 'In':
      return isOne ? 'yes' : 'no';
    case 'NotIn':
      return isOne ? 'no' : 'yes';
    case 'Exists':
      return label === undefined ? 'no' : 'yes';
    case 'DoesNotExist':
      return label === undefined ? 'yes' : 'no';
    default:
      return 'no';
  }
}
