import { shapeNamed, type Shape } from '../../controlplane/model/api-model.ts';
import type { CrdKind } from './objects.ts';
import { CLUSTER_MEMBERS, CRD_MEMBERS, type MemberRule } from './members.ts';
import { nameInArn } from './names.ts';
import { isObject } from '../../common/is-object.ts';

/** The members and indexes that lead to a part of an object. */
export type Path = readonly (string | number)[];

/** A reference to another object in a specification. */
export type Reference = {
  readonly kind: CrdKind;
  readonly name: string;
  readonly namespace: string | undefined;
};

/** The callbacks of a conversion: for names and faults. */
export type Conversation = {
  /** The App Mesh name of an object. */
  readonly nameOf: (reference: Reference) => string;
  readonly fault: (path: Path, message: string) => void;
};

/**
 * Converts a specification of App Mesh's kinds in Kubernetes to the API's members, along a shape of the model. Unknown members stay
 * unchanged, so that the check against the model reports them.
 */
export function toModel(shape: string, spec: unknown, path: Path, conversation: Conversation): unknown {
  return converted(
    { ...conversation, rules: { ...CRD_MEMBERS, ...CLUSTER_MEMBERS } },
    shapeNamed(shape),
    spec,
    path,
  );
}

type Walk = Conversation & { readonly rules: Readonly<Record<string, MemberRule>> };

function converted(walk: Walk, shape: Shape, value: unknown, path: Path): unknown {
  if (shape.type === 'list' && Array.isArray(value)) {
    const element = shapeNamed(shape.member?.shape ?? '');
    return value.map((each: unknown, index) => converted(walk, element, each, [...path, index]));
  }
  if (shape.type !== 'structure' || !isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    const at = [...path, name];
    const member = shape.members?.[name];
    const rule = member === undefined ? ruleFor(walk, name, shape) : undefined;
    const inner: Walk = { ...walk, rules: CRD_MEMBERS };
    if (rule?.rule === 'cluster') continue;
    if (rule === undefined) {
      out[name] = member === undefined ? part : converted(inner, shapeNamed(member.shape), part, at);
    } else if (rule.rule === 'renamed') {
      const { shape: target = '' } = shape.members?.[rule.to] ?? {};
      out[rule.to] = converted(inner, shapeNamed(target), part, at);
    } else {
      const to = targetOf(rule, shape) ?? name;
      const resolved =
        rule.rule === 'arn' ? namedByArn(walk, rule.kind, part, at) : named(walk, rule.kind, part, at);
      // An ARN takes precedence over a reference, in any order.
      if (resolved !== undefined && (rule.rule === 'arn' || out[to] === undefined)) out[to] = resolved;
    }
  }
  return out;
}

// A rule does not apply to a structure without the rule's member of the API.
function ruleFor({ rules }: Walk, name: string, shape: Shape): MemberRule | undefined {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined || rule.rule === 'cluster') return rule;
  return targetOf(rule, shape) === undefined ? undefined : rule;
}

function targetOf(
  { to }: { readonly to: string | readonly string[] },
  { members }: Shape,
): string | undefined {
  return [to].flat().find((name) => members?.[name] !== undefined);
}

function named(walk: Walk, kind: CrdKind, value: unknown, path: Path): string | undefined {
  if (value === null) return undefined;
  const { name, namespace } = isObject(value) ? value : {};
  if (
    typeof name === 'string' &&
    (namespace === undefined || namespace === null || typeof namespace === 'string')
  )
    return walk.nameOf({ kind, name, namespace: namespace ?? undefined });
  walk.fault(path, 'it has to be an object with a name, and a namespace where that is another');
  return undefined;
}

function namedByArn(walk: Walk, kind: string, value: unknown, path: Path): string | undefined {
  if (value === null) return undefined;
  // A variable without a value may become an ARN later.
  if (typeof value === 'string' && value.startsWith('$')) return value;
  const name = typeof value === 'string' ? nameInArn(value, kind) : undefined;
  if (name !== undefined) return name;
  walk.fault(
    path,
    `${JSON.stringify(value)} is no ARN of a ${kind}: arn:aws:appmesh:REGION:ACCOUNT:mesh/MESH/${kind}/NAME`,
  );
  return undefined;
}
