import { ApiError } from '../../controlplane/http/errors.ts';
import { nameMember, PARENTS, title } from '../../controlplane/mesh/names.ts';
import { readInput } from '../../controlplane/api/validation/read-input.ts';
import { KINDS, type ApiKind } from '../../controlplane/mesh/resource.ts';
import { operationNamed } from '../../controlplane/model/operations.ts';
import type { Json } from '../client/client.ts';
import type { Document, Origin, Problem, RawDocument } from './document.ts';
import { keyText, type ResourceKey } from './key.ts';
import { isObject } from '../../common/is-object.ts';

/** The mesh and its owner for documents that name none. */
export type Defaults = { readonly mesh?: string | undefined; readonly meshOwner?: string | undefined };

/** The valid documents, and the problems of the others. */
export type Recognised = { readonly documents: readonly Document[]; readonly problems: readonly Problem[] };

/**
 * Determines the kind of each document by the names in it, and checks the document as the API does: against the API model and
 * the further rules. It ignores `clientToken` and members that only answers of the API have (`metadata`, `status`), so that apply
 * accepts the output of `get -o yaml` and `aws appmesh describe-…`.
 */
export function recogniseDocuments(raw: readonly RawDocument[], defaults: Defaults): Recognised {
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, Document>();
  for (const { value, origin } of raw) {
    const open = openQuestions(value);
    if (open !== undefined) {
      if (open.length > 0) problems.push({ origin, message: unanswered(open) });
      continue;
    }
    const members = membersOf(value);
    const kind = members === undefined ? undefined : kindOf(members);
    if (members === undefined || kind === undefined) {
      problems.push({ origin, message: otherForm(value, origin) ?? NO_RESOURCE });
      continue;
    }
    const document = documentFrom(kind, inputOf(kind, members, defaults), origin);
    if ('message' in document) {
      problems.push(document);
      continue;
    }
    const { key } = document;
    const other = seen.get(keyText(key));
    if (other === undefined) documents.push(document);
    else {
      const { file, line } = other.origin;
      problems.push({ origin, at: key, message: `${file}:${line} has a document of the same resource` });
    }
    seen.set(keyText(key), document);
  }
  return { documents, problems };
}

// The open questions in the file of questions that `daybreak import` writes; undefined for any other document.
function openQuestions(value: unknown): readonly string[] | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1 || !Array.isArray(value['questions']))
    return undefined;
  const questions = value['questions'] as unknown[];
  return questions.flatMap((each) =>
    isObject(each) && !('value' in each) ? [String(each['parameter'])] : [],
  );
}

function unanswered(open: readonly string[]): string {
  return `import has questions that are not answered (${open.join(', ')}), so documents are missing here: import again with --parameters-file and this file`;
}

/** Converts an input of a create operation to a document, or returns the problem that the check finds. */
export function documentFrom(kind: ApiKind, input: Json, origin: Origin): Document | Problem {
  const key = keyOf(kind, input);
  try {
    check(kind, input);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { origin, at: key, message: error.message };
  }
  return { key, spec: input['spec'], tags: input['tags'], origin } as Document;
}

const NO_RESOURCE = `it names no resource: it has to be an object with one of ${KINDS.map(nameMember).join(', ')}`;

// Files that apply does not read, and import does.
function otherForm(value: unknown, { file }: Origin): string | undefined {
  if (file.endsWith('.tf')) return `it is a configuration of Terraform. ${IMPORT}`;
  if (!isObject(value)) return undefined;
  const { apiVersion, kind } = value;
  if (typeof apiVersion === 'string' && typeof kind === 'string')
    return `it is a Kubernetes manifest (${apiVersion} ${kind}). ${IMPORT}`;
  if (isObject(value['Resources'])) return `it is a CloudFormation template. ${IMPORT}`;
  if ('terraform_version' in value) return `it is a state or plan of Terraform. ${IMPORT}`;
  return undefined;
}

const IMPORT = 'daybreak import -f FILE --apply converts the App Mesh resources in it';

// The AWS command line wraps the API's answer: `{"route": {…}}`.
function membersOf(value: unknown): Json | undefined {
  if (!isObject(value)) return undefined;
  const [only, ...others] = Object.entries(value);
  const wrapped = only !== undefined && others.length === 0 && KINDS.some((kind) => kind === only[0]);
  return wrapped && isObject(only[1]) ? only[1] : value;
}

// A route names its router too, and every resource its mesh: the innermost name gives the kind.
function kindOf(members: Json): ApiKind | undefined {
  const named = KINDS.filter((kind) => nameMember(kind) in members);
  const outer = new Set(named.flatMap((kind) => PARENTS[kind] ?? []));
  const inner = named.filter((kind) => kind !== 'mesh' && !outer.has(kind));
  return inner.length > 0 ? inner[0] : named[0];
}

const PASSED_OVER = new Set(['metadata', 'status', 'clientToken']);

function inputOf(kind: ApiKind, members: Json, { mesh, meshOwner }: Defaults): Json {
  const given = Object.fromEntries(Object.entries(members).filter(([name]) => !PASSED_OVER.has(name)));
  return {
    ...(mesh === undefined ? {} : { meshName: mesh }),
    ...(meshOwner === undefined || kind === 'mesh' ? {} : { meshOwner }),
    ...given,
  };
}

/** Returns the key in an input of a create operation. A name that is missing or not a text is ''. */
export function keyOf(kind: ApiKind, input: Json): ResourceKey {
  const within = PARENTS[kind];
  const text = (member: string): string => {
    const value = input[member];
    return typeof value === 'string' ? value : '';
  };
  return {
    kind,
    owner: input['meshOwner'] === undefined ? undefined : text('meshOwner'),
    mesh: text('meshName'),
    parent: within === undefined ? '' : text(nameMember(within)),
    name: text(nameMember(kind)),
  };
}

function check(kind: ApiKind, input: Json): void {
  const operation = operationNamed(`Create${title(kind)}`);
  const parts: Record<'uri' | 'querystring' | 'body', Record<string, unknown>> = {
    uri: {},
    querystring: {},
    body: {},
  };
  for (const [name, value] of Object.entries(input)) {
    parts[operation.input.members?.[name]?.location ?? 'body'][name] = value;
  }
  const { uri, querystring, body } = parts;
  readInput(operation, {
    params: uri as Record<string, string>,
    query: querystring as Record<string, string>,
    body,
  });
}
