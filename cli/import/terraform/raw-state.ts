import { isObject } from '../../../common/is-object.ts';
import type { ImportProblem, Path } from '../place.ts';
import type { ParsedDocument } from '../reading/parsed.ts';
import type { Left } from '../source.ts';
import { carried } from './carriers.ts';
import { marked, questionAt, wholePlace, type Ask, type TerraformJson } from './json.ts';
import { kindOfType, type TerraformResource } from './resource.ts';

/** Whether a value is a state file of Terraform, such as `terraform.tfstate`, encrypted or not. */
export function isRawState(value: unknown): boolean {
  if (!isObject(value) || !('lineage' in value)) return false;
  return 'encrypted_data' in value || ('version' in value && ('resources' in value || 'modules' in value));
}

/** Reads a state of version 4, which Terraform 0.12 and later write. */
export function readRawState(file: string, document: ParsedDocument, ask: Ask): TerraformJson {
  const value = document.value as Readonly<Record<string, unknown>>;
  const why = whyNot(value);
  const problems: ImportProblem[] =
    why === undefined ? [] : [{ place: wholePlace(file, document), message: why }];
  const resources: TerraformResource[] = [];
  const others: string[] = [];
  const left: Left[] = [];
  if (why !== undefined) return { resources, left: [], problems, others };
  for (const { resource, instances } of listedIn(value)) {
    const kind = kindOfType(String(resource['type']));
    if (kind === undefined || resource['mode'] !== 'managed') {
      const [first] = instances;
      const reason = resource['mode'] === 'managed' ? carried(String(resource['type']), resource) : undefined;
      if (reason === undefined || first === undefined) others.push(String(resource['type']));
      else left.push({ place: { file, line: document.lineAt(first.path), id: first.address }, reason });
      continue;
    }
    for (const { address, instance, path } of instances) {
      const marks = marksOf(instance['sensitive_attributes']);
      const attributes = marked(instance['attributes'], marks, [], (at) =>
        ask(questionAt(address, at, 'the value is sensitive')),
      );
      resources.push({
        address,
        kind,
        attributes: attributes as TerraformResource['attributes'],
        place: { file, line: document.lineAt(path), id: address },
        lineAt: (inside) => document.lineAt([...path, 'attributes', ...inside]),
      });
    }
  }
  return { resources, left, problems, others };
}

type Instance = {
  /** Terraform's address, with the index of `count` or `for_each`. */
  readonly address: string;
  readonly instance: Readonly<Record<string, unknown>>;
  readonly path: Path;
};

/** Returns the resources of a state of version 4, data sources too, each with its instances. */
export function listedIn(state: Readonly<Record<string, unknown>>): readonly {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly instances: readonly Instance[];
}[] {
  const listed: readonly unknown[] = Array.isArray(state['resources']) ? state['resources'] : [];
  return listed.flatMap((resource, index) => {
    if (!isObject(resource)) return [];
    const instances: readonly unknown[] = Array.isArray(resource['instances']) ? resource['instances'] : [];
    return [
      {
        resource,
        instances: instances.flatMap((instance, which) =>
          // Terraform will destroy a deposed instance once its successor exists.
          !isObject(instance) || 'deposed' in instance
            ? []
            : [
                {
                  address: addressOf(resource, instance['index_key']),
                  instance,
                  path: ['resources', index, 'instances', which],
                },
              ],
        ),
      },
    ];
  });
}

/** Returns why import cannot read a state file; undefined if it can. */
export function whyNot(state: Readonly<Record<string, unknown>>): string | undefined {
  if ('encrypted_data' in state)
    return 'it is an encrypted state: import what tofu show -json prints instead';
  const { version } = state;
  if (version === 4) return undefined;
  return `it is a state of version ${String(version)}, and has to be one of version 4: terraform 0.12 and later write it, after terraform 0.12upgrade; or import what terraform show -json prints`;
}

function addressOf({ module, type, name }: Readonly<Record<string, unknown>>, key: unknown): string {
  const index = key === undefined ? '' : `[${JSON.stringify(key)}]`;
  return `${typeof module === 'string' ? `${module}.` : ''}${String(type)}.${String(name)}${index}`;
}

// The paths consist of steps: `{"type": "get_attr", "value": "spec"}`, `{"type": "index", "value": {"value": 0, "type": "number"}}`.
function marksOf(paths: unknown): unknown {
  const root: Record<string, unknown> = {};
  for (const steps of Array.isArray(paths) ? (paths as unknown[]) : []) {
    if (Array.isArray(steps)) mark(root, steps.map(stepOf));
  }
  return root;
}

function stepOf(step: unknown): Path[number] {
  const value = isObject(step) ? step['value'] : step;
  const inner = isObject(value) ? value['value'] : value;
  return typeof inner === 'number' ? inner : String(inner);
}

function mark(root: Record<string, unknown>, path: Path): void {
  let at: Record<string | number, unknown> = root;
  for (const [index, step] of path.entries()) {
    if (index === path.length - 1) {
      at[step] = true;
      return;
    }
    const next = path[index + 1];
    const before = at[step];
    if (typeof before !== 'object' || before === null) at[step] = typeof next === 'number' ? [] : {};
    at = at[step] as Record<string | number, unknown>;
  }
}
