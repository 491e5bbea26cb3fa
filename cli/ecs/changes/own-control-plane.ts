/** Whether an endpoint is a control plane that is not AWS's. */
export function hasOwnControlPlane(endpoint: unknown): boolean {
  return typeof endpoint === 'string' && endpoint !== '' && !/\.amazonaws\.com|\.api\.aws/.test(endpoint);
}
