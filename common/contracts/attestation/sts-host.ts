import { awsPartition } from '../../aws-partition.ts';

/** Returns the host of AWS STS in a region. */
export function stsHost(region: string): string {
  return `sts.${region}.${awsPartition(region).domain}`;
}

/**
 * Requires that a host is that of AWS STS in a region: credentials sign nothing for another one, whatever a control plane asks for.
 * @throws Error
 */
export function requireStsHost(host: string, region: string): void {
  if (/^[a-z0-9-]{1,32}$/.test(region) && host === stsHost(region)) return;
  throw new Error(`${JSON.stringify(host)} is no host of AWS STS in ${region}`);
}
