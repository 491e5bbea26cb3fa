import { awsPartition } from '../../aws-partition.ts';

/** A kind of endpoint of AWS STS, as AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT choose it for AWS's tools. */
export type StsVariant = { readonly isFips: boolean; readonly isDualStack: boolean };

const PLAIN: StsVariant = { isFips: false, isDualStack: false };
const VARIANTS: readonly StsVariant[] = [
  PLAIN,
  { isFips: true, isDualStack: false },
  { isFips: false, isDualStack: true },
  { isFips: true, isDualStack: true },
];

/** Returns the host of AWS STS in a region, by the endpoint rules of the AWS SDK. */
export function stsHost(region: string, { isFips, isDualStack }: StsVariant = PLAIN): string {
  const { name, domain, dualStack } = awsPartition(region);
  // The usual endpoints of GovCloud are FIPS endpoints.
  const isNamed = isFips && (isDualStack || name !== 'aws-us-gov');
  return `${isNamed ? 'sts-fips' : 'sts'}.${region}.${isDualStack ? dualStack : domain}`;
}

/** Whether a host is one of AWS STS in a region. */
export function isStsHost(host: string, region: string): boolean {
  return VARIANTS.some((variant) => stsHost(region, variant) === host);
}

/**
 * Requires that a host is one of AWS STS in a region: credentials sign nothing for another one, whatever a control plane asks for.
 * @throws Error
 */
export function requireStsHost(host: string, region: string): void {
  if (/^[a-z0-9-]{1,32}$/.test(region) && isStsHost(host, region)) return;
  throw new Error(`${JSON.stringify(host)} is no host of AWS STS in ${region}, such as ${stsHost(region)}`);
}
