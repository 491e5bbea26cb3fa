import type { Labels } from './objects.ts';

/** Whether a selector matches. `unknown`: labels that it requires may be missing here. */
export type Selected = 'yes' | 'no' | 'unknown';

/**
 * Returns whether a label selector matches labels, by the rules of Kubernetes: no selector matches nothing, an empty one matches
 * everything, and otherwise all requirements have to hold. `whole`: there are no other labels.
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
