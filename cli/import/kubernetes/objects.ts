import type { KubernetesObject } from '../../../kubernetes/conversion/objects.ts';
import { isOfAppMesh } from '../../../kubernetes/conversion/objects.ts';
import { isObject } from '../../../common/is-object.ts';
import type { ParsedFile } from '../reading/parsed.ts';
import type { ImportProblem, Path, Place } from '../place.ts';
import type { Variables } from './variables.ts';

/** An object of a file, with its place. */
export type PlacedObject = KubernetesObject & {
  readonly place: Place;
  readonly lineAt: (path: Path) => number;
};

/** Whether a value is a Kubernetes object, or a list of them. */
export function isKubernetes(value: unknown): boolean {
  return isObject(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string';
}

/** Returns all objects of the files, including those in lists, and the problems of App Mesh's objects. */
export function objectsIn(
  files: readonly ParsedFile[],
  variables: Variables,
  literal: ReadonlySet<string>,
): { readonly objects: readonly PlacedObject[]; readonly problems: readonly ImportProblem[] } {
  const objects: PlacedObject[] = [];
  const problems: ImportProblem[] = [];
  for (const { file, documents } of files) {
    for (const { value, line, lineAt } of documents) {
      for (const { item, path } of itemsIn(value, [])) {
        const place = { file, line: path.length === 0 ? line : lineAt(path), id: '' };
        const ofAppMesh = isOfAppMesh({ apiVersion: String(item['apiVersion']) });
        const template = ofAppMesh && !literal.has(file) ? templateIn(item, []) : undefined;
        if (template !== undefined) {
          const at = { ...place, line: lineAt([...path, ...template.path]) };
          problems.push({ place: at, message: `${template.path.join('.')}: ${TEMPLATE}` });
          continue;
        }
        const object = objectFrom(variables.fill(item, file) as Readonly<Record<string, unknown>>, variables);
        objects.push({
          ...object,
          place: { ...place, id: `${object.kind} ${object.name}` },
          lineAt: (inside) => lineAt([...path, ...inside]),
        });
        if (ofAppMesh && object.name === '')
          problems.push({ place, message: 'metadata.name: it has no name' });
      }
    }
  }
  return { objects, problems };
}

const TEMPLATE = 'this is a template, which has to be rendered first: helm template, or what fills it in';

type Item = { readonly item: Readonly<Record<string, unknown>>; readonly path: Path };

function itemsIn(value: unknown, path: Path): readonly Item[] {
  if (!isObject(value)) return [];
  if (Array.isArray(value['items']) && String(value['kind']).endsWith('List')) {
    return value['items'].flatMap((each: unknown, index) => itemsIn(each, [...path, 'items', index]));
  }
  return isKubernetes(value) ? [{ item: value, path }] : [];
}

function objectFrom(item: Readonly<Record<string, unknown>>, variables: Variables): KubernetesObject {
  const metadata = isObject(item['metadata']) ? item['metadata'] : {};
  const object = {
    apiVersion: String(item['apiVersion']),
    kind: String(item['kind']),
    name: textOf(metadata['name']),
    labels: textsOf(metadata['labels']),
    annotations: textsOf(metadata['annotations']),
    spec: item['spec'],
  };
  const clusterWide = object.kind === 'Mesh' || !isOfAppMesh(object);
  const given = textOf(metadata['namespace']);
  if (clusterWide) return { ...object, namespace: object.kind === 'Mesh' ? '' : given };
  return { ...object, namespace: given === '' ? variables.ask(NAMESPACE) : given };
}

const NAMESPACE = {
  key: 'namespace',
  why: 'manifests name no namespace: kubectl took that of -n, or of its context',
  flags: ['--parameter namespace=NAME'],
};

function textOf(value: unknown): string {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, textOf(text)]));
}

function templateIn(value: unknown, path: Path): { readonly path: Path } | undefined {
  if (typeof value === 'string') return /\{\{.*\}\}/s.test(value) ? { path } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    // YAML reads an unquoted `{{ X }}` as a map within a map.
    if (/^\{ .* \}$/.test(name)) return { path };
    const found = templateIn(part, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}
