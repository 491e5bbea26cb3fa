/** A partition of AWS: its name in ARNs, the domain of its services, and that of their endpoints with IPv4 and IPv6. */
export type AwsPartition = { readonly name: string; readonly domain: string; readonly dualStack: string };

const STANDARD: AwsPartition = { name: 'aws', domain: 'amazonaws.com', dualStack: 'api.aws' };

/** The other partitions, by the first part of their regions, as in partitions.json of the AWS SDK. */
const OTHERS: Readonly<Record<string, AwsPartition>> = {
  'cn-': { name: 'aws-cn', domain: 'amazonaws.com.cn', dualStack: 'api.amazonwebservices.com.cn' },
  'us-gov-': { name: 'aws-us-gov', domain: 'amazonaws.com', dualStack: 'api.aws' },
  'eusc-': { name: 'aws-eusc', domain: 'amazonaws.eu', dualStack: 'api.amazonwebservices.eu' },
  'us-iso-': { name: 'aws-iso', domain: 'c2s.ic.gov', dualStack: 'api.aws.ic.gov' },
  'us-isob-': { name: 'aws-iso-b', domain: 'sc2s.sgov.gov', dualStack: 'api.aws.scloud' },
  'eu-isoe-': { name: 'aws-iso-e', domain: 'cloud.adc-e.uk', dualStack: 'api.cloud-aws.adc-e.uk' },
  'us-isof-': { name: 'aws-iso-f', domain: 'csp.hci.ic.gov', dualStack: 'api.aws.hci.ic.gov' },
};

/** Returns the partition of a region. */
export function awsPartition(region: string): AwsPartition {
  const other = Object.entries(OTHERS).find(([start]) => region.startsWith(start));
  return other?.[1] ?? STANDARD;
}
