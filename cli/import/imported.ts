import { title } from '../../controlplane/mesh/names.ts';
import type { Json } from '../client/client.ts';
import type { Document, Origin } from '../resources/document.ts';
import { describeKey, keyText } from '../resources/key.ts';
import { documentFrom } from '../resources/recognise.ts';
import { spell } from './names.ts';
import { ACCOUNT_KEY, openValuesIn, type OpenValue } from './open-values.ts';
import { Open, type Found, type Gathered, type Left } from './source.ts';
import { hasSameContents } from './same-contents.ts';
import { describePath, describePlace, type ImportProblem, type Place } from './place.ts';

/** The result of an import, before anything is written. */
export type Imported = {
  /** In the order of the files. */
  readonly documents: readonly Document[];
  readonly open: readonly OpenValue[];
  readonly left: readonly Left[];
  readonly problems: readonly ImportProblem[];
  readonly passedOver: ReadonlyMap<string, number>;
};

/** The mesh of resources that name none, and the caller's account. */
export type ImportDefaults = { readonly mesh: string | undefined; readonly account: string | undefined };

/**
 * Converts the resources that sources found to documents: in the model's spelling, checked as the API checks them. A resource
 * with an open value or a problem yields no document. Of two equal resources, the first is taken.
 */
export function toDocuments(gathered: readonly Gathered[], defaults: ImportDefaults): Imported {
  const left = gathered.flatMap((each) => each.left);
  const problems = gathered.flatMap((each) => each.problems);
  const open: OpenValue[] = [];
  const seen = new Map<string, Document>();
  const counts = new Map<string, number>();
  for (const found of gathered.flatMap((each) => each.resources)) {
    const { input, problems: strays } = inputOf(found, defaults);
    problems.push(...strays);
    const values = openValuesIn(input, found);
    open.push(...values);
    if (strays.length > 0 || values.length > 0) continue;
    const document = documentFrom(found.kind, input, originOf(found.place, counts));
    if ('message' in document) {
      problems.push({
        place: found.place,
        message: `${describeKey(document.at ?? NO_KEY)}: ${document.message}`,
      });
      continue;
    }
    const other = seen.get(keyText(document.key));
    if (other === undefined) seen.set(keyText(document.key), document);
    else if (hasSameContents(document, other))
      left.push({ place: found.place, reason: describeTwin(document, other) });
    else
      problems.push({ place: found.place, message: `${describeTwin(document, other)} with other contents` });
  }
  return { documents: [...seen.values()], open, left, problems, passedOver: totals(gathered) };
}

const NO_KEY = { kind: 'mesh', owner: undefined, mesh: '', parent: '', name: '' } as const;

function inputOf(
  found: Found,
  { mesh, account }: ImportDefaults,
): { input: Json; problems: ImportProblem[] } {
  const { kind, members, place, lineAt, blocks } = found;
  const { value, strays } = spell(`Create${title(kind)}Input`, members, { blocks });
  const problems = strays.map(({ path, message }) => ({
    place: { ...place, line: lineAt?.(path) ?? place.line },
    message: `${describePath(path)}: ${message}`,
  }));
  const { meshOwner, ...input } = value as Json;
  const named = { ...(mesh === undefined ? {} : { meshName: mesh }), ...input };
  // Documents do not name the caller's own account as the owner.
  const own = meshOwner === undefined || meshOwner === account || isOwnAccount(meshOwner);
  return { input: own ? named : { ...named, meshOwner }, problems };
}

function isOwnAccount(owner: unknown): boolean {
  return owner instanceof Open && owner.questions.every(({ key }) => key === ACCOUNT_KEY);
}

function originOf({ file, line, id }: Place, counts: Map<string, number>): Origin {
  const index = (counts.get(file) ?? 0) + 1;
  counts.set(file, index);
  return { file, index, line, ...(id === '' ? {} : { id }) };
}

function describeTwin({ key }: Document, { origin: { file, line, id = '' } }: Document): string {
  return `${describeKey(key)} is in ${describePlace({ file, line, id })} too`;
}

function totals(gathered: readonly Gathered[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { passedOver } of gathered) {
    for (const [type, count] of passedOver) counts.set(type, (counts.get(type) ?? 0) + count);
  }
  return counts;
}
