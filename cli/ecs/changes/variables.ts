import type { Draft } from '../draft.ts';
import { containersOf, objects } from '../task-definition.ts';

/** The lists of a container that give its program variables. */
type List = 'environment' | 'secrets';

/**
 * Sets an entry of a list, and removes the name from the other list, because ECS refuses a name in both. A list may have a name
 * several times; then one of the values wins, and not always the same.
 */
export function setOnce(
  draft: Draft,
  container: number,
  list: List,
  entry: { readonly name: string; readonly value?: string; readonly valueFrom?: string },
  reason: string,
): void {
  const other = list === 'environment' ? 'secrets' : 'environment';
  removeFrom(draft, container, other, entry.name, 0, 'ECS refuses a name that is a variable and a secret');
  const entries = entriesOf(draft, container, list);
  const index = entries.findIndex(({ name }) => name === entry.name);
  const place = index === -1 ? entries.length : index;
  draft.set(['containerDefinitions', container, list, place], entry, reason);
  removeFrom(draft, container, list, entry.name, place + 1, 'the name is there twice');
}

// Removes the entries of a name, from the index `first` on. Their values are not shown.
function removeFrom(
  draft: Draft,
  container: number,
  list: List,
  name: string,
  first: number,
  reason: string,
): void {
  for (let index = entriesOf(draft, container, list).length - 1; index >= first; index -= 1) {
    if (entriesOf(draft, container, list)[index]?.['name'] !== name) continue;
    const shown = { name, value: '(not shown)' };
    draft.remove(['containerDefinitions', container, list, index], shown, reason);
  }
}

/** Whether a container has a variable, by its value or as a secret. */
export function hasVariable(
  { environment, secrets }: Readonly<Record<string, unknown>>,
  name: string,
): boolean {
  return [...objects(environment), ...objects(secrets)].some((each) => each['name'] === name);
}

function entriesOf(draft: Draft, container: number, list: List): ReturnType<typeof objects> {
  return objects(containersOf(draft.definition())[container]?.[list]);
}
