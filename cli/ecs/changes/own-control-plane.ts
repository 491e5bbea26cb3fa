/** Whether an endpoint is a control plane other than that of AWS. */
export function hasOwnControlPlane(endpoint: unknown): boolean {
  return typeof endpoint === 'string' && endpoint !== '' && !/\.amazonaws\.com|\.api\.aws/.test(endpoint);
}
