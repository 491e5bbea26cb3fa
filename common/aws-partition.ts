/** A partition of AWS: its name in ARNs, and the domain of its services. */
export type AwsPartition = { readonly name: string; readonly domain: string };

const STANDARD: AwsPartition = { name: 'aws', domain: 'amazonaws.com' };

/** The other partitions, by the first part of their regions. */
const OTHERS: Readonly<Record<string, AwsPartition>> = {
  'cn-': { name: 'aws-cn', domain: 'amazonaws.com.cn' },
  'us-gov-': { name: 'aws-us-gov', domain: 'amazonaws.com' },
  'eusc-': { name: 'aws-eusc', domain: 'amazonaws.eu' },
  'us-iso-': { name: 'aws-iso', domain: 'c2s.ic.gov' },
  'us-isob-': { name: 'aws-iso-b', domain: 'sc2s.sgov.gov' },
  'eu-isoe-': { name: 'aws-iso-e', domain: 'cloud.adc-e.uk' },
  'us-isof-': { name: 'aws-iso-f', domain: 'csp.hci.ic.gov' },
};

/** Returns the partition of a region. */
export function awsPartition(region: string): AwsPartition {
  const other = Object.entries(OTHERS).find(([start]) => region.startsWith(start));
  return other?.[1] ?? STANDARD;
}
