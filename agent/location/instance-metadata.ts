import { fact } from './fact.ts';
import { getMetadata, type TimeLimits } from './get-metadata.ts';

/** The facts of an EC2 instance that the agent uses. Undefined where the instance does not have them. */
export type InstanceMetadata = {
  readonly region: string | undefined;
  readonly availabilityZone: string | undefined;
  /** The zone's id, which is the same in all accounts, e.g. `use1-az4`. */
  readonly availabilityZoneId: string | undefined;
  readonly instanceId: string | undefined;
};

/** Bytes. A token has 56, and no value that the agent reads has more than 64. */
const MOST_BYTES = 4096;
const TOKEN_SECONDS = '60';

/**
 * Requests the facts of the instance from its metadata service (IMDSv2): a token, then all values at once. With a hop limit of 1, the
 * token does not arrive in a container that has a network of its own.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
 * @throws Error with the reason, if there is no token or no value at all
 */
export async function fetchInstance(endpoint: string, limits: TimeLimits = {}): Promise<InstanceMetadata> {
  const token = await getMetadata(`${endpoint}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS },
    mostBytes: MOST_BYTES,
    ...limits,
  });
  const header = fact(token);
  if (header === undefined) throw new Error('its answer is not a token');
  const headers = { 'x-aws-ec2-metadata-token': header };
  const paths = ['placement/region', 'placement/availability-zone', 'placement/availability-zone-id'];
  const answers = await Promise.allSettled(
    [...paths, 'instance-id'].map((path) =>
      getMetadata(`${endpoint}/latest/meta-data/${path}`, { headers, mostBytes: MOST_BYTES, ...limits }),
    ),
  );
  const failed = answers.filter((answer) => answer.status === 'rejected');
  if (failed.length === answers.length) throw failed[0]?.reason;
  const [region, availabilityZone, availabilityZoneId, instanceId] = answers.map((answer) =>
    answer.status === 'fulfilled' ? fact(answer.value) : undefined,
  );
  return { region, availabilityZone, availabilityZoneId, instanceId };
}
