import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { IamFailure } from './failure.ts';

/** A role, as GetRole describes it. */
export type Role = {
  /** With the role's path. */
  readonly arn: string;
  /** `AROA…`: another role of the same name has another one. */
  readonly uniqueId: string;
};

/** A decision of the simulation. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** The simulation's result for one action on one resource. */
export type Evaluation = {
  readonly action: string;
  readonly resource: string;
  /** The decision, and those for the resource alone, which AWS may list apart. */
  readonly decisions: readonly Decision[];
  /** Whether a permissions boundary of the role, and the policies of AWS Organizations, allow it. Undefined: there are none. */
  readonly boundaryAllows: boolean | undefined;
  readonly organizationAllows: boolean | undefined;
  /** Keys in conditions for which the simulation has no value. AWS also names those of statements about other actions. */
  readonly missing: readonly string[];
};

/** One page of a simulation. `marker`: the next page; undefined: there is none. */
export type SimulationPage = {
  readonly evaluations: readonly Evaluation[];
  readonly marker: string | undefined;
};

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
const DECISIONS: ReadonlySet<string> = new Set<Decision>(['allowed', 'explicitDeny', 'implicitDeny']);
const parser = new XMLParser({ ignoreAttributes: false, processEntities: false, parseTagValue: false });

type Node = Readonly<Record<string, unknown>>;

/** Reads the answer of GetRole. @throws IamFailure unless each member is there exactly once */
export function readRole(xml: string): Role {
  const { Arn: arn, RoleId: uniqueId } = node(resultOf(xml, 'GetRole')['Role'], 'GetRole');
  if (typeof arn !== 'string' || typeof uniqueId !== 'string' || !/^[A-Z0-9]{16,128}$/.test(uniqueId))
    throw malformed('GetRole', 'it names no role');
  return { arn, uniqueId };
}

/** Reads one page of the answer of SimulatePrincipalPolicy. @throws IamFailure if it could mean something else to another parser */
export function readSimulation(xml: string): SimulationPage {
  const result = resultOf(xml, SIMULATE);
  const { IsTruncated: isTruncated = 'false', Marker: marker } = result;
  if (isTruncated !== 'false' && isTruncated !== 'true') throw malformed(SIMULATE, 'IsTruncated');
  const isLast = isTruncated === 'false';
  if (!isLast && (typeof marker !== 'string' || marker === '')) throw malformed(SIMULATE, 'Marker');
  return {
    evaluations: membersOf(result['EvaluationResults']).map(evaluation),
    marker: isLast ? undefined : String(marker),
  };
}

const SIMULATE = 'SimulatePrincipalPolicy';

function evaluation(value: unknown): Evaluation {
  const found = node(value, SIMULATE);
  const { EvalActionName: action, EvalResourceName: resource } = found;
  if (typeof action !== 'string' || typeof resource !== 'string')
    throw malformed(SIMULATE, 'a result names no action or no resource');
  const apart = membersOf(found['ResourceSpecificResults']).map((each) => {
    const one = node(each, SIMULATE);
    if (one['EvalResourceName'] !== resource) throw malformed(SIMULATE, 'a result is for two resources');
    return one;
  });
  const all = [found, ...apart];
  return {
    action,
    resource,
    decisions: [
      decision(found['EvalDecision']),
      ...apart.map((one) => decision(one['EvalResourceDecision'])),
    ],
    boundaryAllows: both(all, 'PermissionsBoundaryDecisionDetail', 'AllowedByPermissionsBoundary'),
    organizationAllows: both(all, 'OrganizationsDecisionDetail', 'AllowedByOrganizations'),
    missing: [...new Set(all.flatMap((one) => membersOf(one['MissingContextValues']).map(contextKey)))],
  };
}

function decision(value: unknown): Decision {
  if (typeof value !== 'string' || !DECISIONS.has(value)) throw malformed(SIMULATE, 'a decision');
  return value as Decision;
}

/** Whether a member is `true` wherever it is; undefined if it is nowhere. */
function both(all: readonly Node[], detail: string, member: string): boolean | undefined {
  const values = all.flatMap((one) => {
    if (one[detail] === undefined || one[detail] === '') return [];
    const value = node(one[detail], SIMULATE)[member];
    if (value !== 'true' && value !== 'false') throw malformed(SIMULATE, member);
    return [value === 'true'];
  });
  return values.length === 0 ? undefined : values.every(Boolean);
}

function contextKey(value: unknown): string {
  if (typeof value !== 'string' || !/^[\w:/.${}@+=,-]{1,256}$/.test(value))
    throw malformed(SIMULATE, 'a key of a condition');
  return value;
}

/** Returns the members of a list; an absent or empty one has none. */
function membersOf(list: unknown): readonly unknown[] {
  if (list === undefined || list === '') return [];
  const { member, ...others } = node(list, SIMULATE);
  if (member === undefined || Object.keys(others).length > 0) throw malformed(SIMULATE, 'a list');
  return Array.isArray(member) ? member : [member];
}

/** Returns the result of an action, which has to be the only one in a plain XML document. */
function resultOf(xml: string, action: string): Node {
  // A DOCTYPE, comments and CDATA sections have no place here.
  if (xml.includes('<!') || XMLValidator.validate(xml) !== true)
    throw malformed(action, 'it is not plain XML');
  const { '?xml': _, ...roots } = node(parser.parse(xml), action);
  const response = node(roots[`${action}Response`], action);
  if (Object.keys(roots).length !== 1 || response['@_xmlns'] !== NAMESPACE)
    throw malformed(action, 'its root is another');
  return node(response[`${action}Result`], action);
}

/** An element with elements, which is there once. */
function node(value: unknown, action: string): Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(action, 'a part is missing or there twice');
  return value as Node;
}

function malformed(action: string, what: string): IamFailure {
  return new IamFailure('unusable', `the answer of AWS IAM is not that of ${action}: ${what}`);
}
