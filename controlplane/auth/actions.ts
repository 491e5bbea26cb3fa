import { OPERATIONS } from '../model/operations.ts';
import { matchesGlob } from './glob.ts';

/** What a user needs for the parts of the HTTP interface that are no operations of App Mesh. */
export const OPERATOR_ACTIONS = [
  'daybreak:Explain',
  'daybreak:GetBackup',
  'daybreak:GetConfigDump',
  'daybreak:GetMetrics',
  'daybreak:GetStatus',
] as const;

/**
 * Whether an action shows parts of the model or of its proxies, so that each use of it leaves a line in log and audit. Metrics are
 * counts, and are read all the time.
 */
export function isInspection(action: string): boolean {
  return action !== 'daybreak:GetMetrics' && OPERATOR_ACTIONS.some((each) => each === action);
}

/** An action that only this control plane knows. */
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number];

// The last four are no operations: a proxy needs the first, and AWS's policies for sharing name the others.
const ACTIONS: readonly string[] = [
  ...OPERATIONS.map(({ name }) => `appmesh:${name}`),
  ...OPERATOR_ACTIONS,
  'appmesh:StreamAggregatedResources',
  'appmesh:PutMeshPolicy',
  'appmesh:GetMeshPolicy',
  'appmesh:DeleteMeshPolicy',
].map((action) => action.toLowerCase());

/**
 * Whether a pattern of a policy can ever match. Those of other services cannot, and do no harm in a policy that was copied;
 * one of ours that matches nothing is a slip of the pen, and in a Deny a hole.
 */
export function isKnownAction(pattern: string): boolean {
  const small = pattern.toLowerCase();
  const ours = small.startsWith('appmesh:') || small.startsWith('daybreak:');
  return !ours || ACTIONS.some((action) => matchesGlob(small, action));
}
