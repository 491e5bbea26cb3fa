import { nameMember, PARENTS } from '../../../controlplane/mesh/names.ts';
import type { ApiKind } from '../../../controlplane/mesh/resource.ts';
import type { Json } from '../../client/client.ts';
import { kindInWords } from '../../resources/kinds.ts';
import { isObject } from '../../../common/is-object.ts';
import type { ParsedDocument, ParsedFile } from '../reading/parsed.ts';
import type { Found, Gathered, Left, Source } from '../source.ts';
import { isEmptyAnswer, itemsIn, type Item } from './answers.ts';

/**
 * Saved output of the AWS command line and the SDKs: answers of describe, create, update and list calls, and inputs of create
 * calls, which apply takes too. The references of a list answer hold no specification; those without an answer of a
 * describe call are left out.
 */
export const describeSource: Source = {
  name: 'describe',
  claims: ({ file, documents }) =>
    !(VALUES.test(file) && documents.every(({ value }) => !isDescribedIn(value))) &&
    documents.some(({ value }) => itemsIn(value).length > 0 || isTagAnswer(value) || isEmptyAnswer(value)),
  gather: (files, { account }) => Promise.resolve(gather(files, account)),
};

/** The values of a Helm chart, which may have the name of a mesh among them. */
const VALUES = /(?:^|\/)values(?:[-._][^/]*)?\.ya?ml$/i;

function isDescribedIn(value: unknown): boolean {
  return itemsIn(value).some(({ value: item }) => 'spec' in item || 'arn' in item || 'metadata' in item);
}

function gather(files: readonly ParsedFile[], account: string | undefined): Gathered {
  const resources: Found[] = [];
  const listed: { readonly name: string; readonly left: Left }[] = [];
  const left: Left[] = [];
  const owners = meshOwners(files);
  for (const { file, documents } of files) {
    for (const document of documents) {
      if (isTagAnswer(document.value))
        left.push({ place: { file, line: document.line, id: '' }, reason: TAGS });
      for (const item of itemsIn(document.value)) {
        const found = foundIn(file, document, item, owners);
        const owner = item.kind === 'mesh' ? ownerOf(item) : undefined;
        if (account !== undefined && owner !== undefined && owner !== account) {
          left.push({
            place: found.place,
            reason: `the mesh belongs to account ${owner}, and only that account can create it`,
          });
        } else if (isDescribed(item)) resources.push(found);
        else listed.push({ name: nameOf(item), left: { place: found.place, reason: leftReason(item) } });
      }
    }
  }
  const described = new Set(resources.map(({ kind, members }) => nameOf({ kind, value: members })));
  left.push(...listed.filter(({ name }) => !described.has(name)).map((each) => each.left));
  return { resources, left, problems: [], passedOver: new Map() };
}

// A reference has a member `arn`; a described resource has it in `metadata`.
function isDescribed({ kind, value }: Item): boolean {
  return 'spec' in value || (kind === 'mesh' && !('arn' in value));
}

// The owner of each mesh whose own description is among the files: resources of other accounts in it are imported as its own.
function meshOwners(files: readonly ParsedFile[]): ReadonlyMap<unknown, unknown> {
  const items = files.flatMap(({ documents }) => documents.flatMap(({ value }) => itemsIn(value)));
  return new Map(
    items.flatMap((item) => (item.kind === 'mesh' ? [[item.value['meshName'], ownerOf(item)] as const] : [])),
  );
}

function ownerOf({ value }: Item): string | undefined {
  const owner = isObject(value['metadata']) ? value['metadata']['meshOwner'] : value['meshOwner'];
  return typeof owner === 'string' ? owner : undefined;
}

function foundIn(
  file: string,
  document: ParsedDocument,
  { kind, value, path }: Item,
  owners: ReadonlyMap<unknown, unknown>,
): Found {
  return {
    kind,
    members: inputOf(kind, value, owners),
    place: { file, line: document.lineAt(path), id: '' },
    lineAt: (inside) => document.lineAt([...path, ...inside]),
  };
}

// Removes members that only answers have. The owner of another account's mesh becomes `meshOwner`.
function inputOf(kind: ApiKind, value: Json, owners: ReadonlyMap<unknown, unknown>): Json {
  const { meshOwner, resourceOwner } = isObject(value['metadata']) ? value['metadata'] : {};
  const own = meshOwner === resourceOwner || meshOwner === owners.get(value['meshName']);
  const shared = kind !== 'mesh' && !own;
  const members = Object.entries(value).filter(([name]) => !PASSED_OVER.has(name));
  return { ...(shared ? { meshOwner } : {}), ...Object.fromEntries(members) };
}

const PASSED_OVER = new Set(['metadata', 'status', 'clientToken']);

function nameOf({ kind, value }: Pick<Item, 'kind' | 'value'>): string {
  const within = PARENTS[kind];
  const members = ['meshName', ...(within === undefined ? [] : [nameMember(within)]), nameMember(kind)];
  return [kind, ...members.map((member) => String(value[member]))].join('\0');
}

function leftReason({ kind, value }: Item): string {
  const command = kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const name = `${kindInWords(kind)} ${String(value[nameMember(kind)])}`;
  return `the list has only the name of ${name}; the answer of aws appmesh describe-${command} is missing`;
}

const TAGS = 'the answer of list-tags-for-resource does not name the resource';

function isTagAnswer(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value['tags'])) return false;
  return Object.keys(value).every((member) => member === 'tags' || member === 'nextToken');
}
