import { CREATE_JOIN_TOKEN, DAYBREAK_OPERATIONS, OPERATIONS } from '../model/operations.ts';
import { matchesGlob } from './glob.ts';

/** The action of `daybreak login`. It needs no policy: the proof of an AWS principal is the permission. */
export const LOGIN_ACTION = 'daybreak:Login';

/** The actions for the routes that are not operations on resources. */
export const OPERATOR_ACTIONS = [
  'daybreak:Explain',
  'daybreak:GetAccess',
  'daybreak:GetBackup',
  'daybreak:GetConfigDump',
  'daybreak:GetHistory',
  'daybreak:GetIdentity',
  'daybreak:GetMetrics',
  'daybreak:GetReports',
  'daybreak:GetStatus',
  'daybreak:GetTokens',
  'daybreak:RevokeCertificates',
  'daybreak:RevokeJoinTokens',
  'daybreak:RotateIdentity',
] as const;

/**
 * Whether an action reveals parts of the model or of its proxies, or gives out keys, so that each use is logged and audited. Metrics
 * reveal only counts, and are scraped often.
 */
export function isInspection(action: string): boolean {
  if (action === LOGIN_ACTION) return true;
  return action !== 'daybreak:GetMetrics' && OPERATOR_ACTIONS.some((each) => each === action);
}

const CHANGES: readonly string[] = [
  'daybreak:RevokeCertificates',
  'daybreak:RevokeJoinTokens',
  'daybreak:RotateIdentity',
] satisfies readonly (typeof OPERATOR_ACTIONS)[number][];

/** Whether an action that only this control plane has changes something. */
export function isChange(action: string): boolean {
  return CHANGES.includes(action);
}

/** An action that only this control plane has. */
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number];

/** The actions that change something: a user without any of them can only read. */
export const WRITE_ACTIONS: readonly string[] = [
  ...[...OPERATIONS, ...DAYBREAK_OPERATIONS]
    .filter(({ name }) => !/^(?:Describe|List)/.test(name))
    .map(({ name, model }) => `${model.service}:${name}`),
  `daybreak:${CREATE_JOIN_TOKEN}`,
  ...OPERATOR_ACTIONS.filter(isChange),
];

/** The actions that the API and the operator's routes need, as policies usually spell them. */
export const CALL_ACTIONS: readonly string[] = [
  ...new Set([
    ...[...OPERATIONS, ...DAYBREAK_OPERATIONS].map(({ name, model }) => `${model.service}:${name}`),
    ...WRITE_ACTIONS,
    ...OPERATOR_ACTIONS,
  ]),
];

// These are not operations: a proxy needs the first, and AWS's policies for sharing name the others.
const ACTIONS: readonly string[] = [
  ...CALL_ACTIONS,
  'appmesh:StreamAggregatedResources',
  'appmesh:PutMeshPolicy',
  'appmesh:GetMeshPolicy',
  'appmesh:DeleteMeshPolicy',
].map((action) => action.toLowerCase());

/**
 * Whether an action pattern of a policy is valid. Patterns of other services are valid, because policies are often copied.
 * A pattern of App Mesh or Daybreak that matches no action is a mistake, and in a Deny a security hole.
 */
export function isKnownAction(pattern: string): boolean {
  const small = pattern.toLowerCase();
  const ours = small.startsWith('appmesh:') || small.startsWith('daybreak:');
  return !ours || ACTIONS.some((action) => matchesGlob(small, action));
}
