/**
 * Requires that a host is that of AWS STS in a region: credentials sign nothing for another one, whatever a control plane asks for.
 * @throws Error
 */
export function requireStsHost(host: string, region: string): void {
  const hosts = ['amazonaws.com', 'amazonaws.com.cn'].map((domain) => `sts.${region}.${domain}`);
  if (/^[a-z0-9-]{1,32}$/.test(region) && hosts.includes(host)) return;
  throw new Error(`${JSON.stringify(host)} is no host of AWS STS in ${region}`);
}
