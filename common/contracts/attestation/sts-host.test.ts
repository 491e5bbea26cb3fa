import { expect, it } from 'vitest';
import { requireStsHost, stsHost } from './sts-host.ts';

// The hosts that STSClient of AWS SDK 3 (endpoint/bdd.js) calls with useFipsEndpoint and useDualstackEndpoint.
const HOSTS = [
  ['us-east-1', '', 'sts.us-east-1.amazonaws.com'],
  ['us-east-1', 'fips', 'sts-fips.us-east-1.amazonaws.com'],
  ['us-east-1', 'dual', 'sts.us-east-1.api.aws'],
  ['us-east-1', 'fips dual', 'sts-fips.us-east-1.api.aws'],
  ['cn-north-1', '', 'sts.cn-north-1.amazonaws.com.cn'],
  ['cn-north-1', 'fips', 'sts-fips.cn-north-1.amazonaws.com.cn'],
  ['cn-north-1', 'dual', 'sts.cn-north-1.api.amazonwebservices.com.cn'],
  ['cn-north-1', 'fips dual', 'sts-fips.cn-north-1.api.amazonwebservices.com.cn'],
  ['us-gov-west-1', 'fips', 'sts.us-gov-west-1.amazonaws.com'],
  ['us-gov-west-1', 'dual', 'sts.us-gov-west-1.api.aws'],
  ['us-gov-west-1', 'fips dual', 'sts-fips.us-gov-west-1.api.aws'],
  ['eusc-de-east-1', 'fips', 'sts-fips.eusc-de-east-1.amazonaws.eu'],
  ['eusc-de-east-1', 'dual', 'sts.eusc-de-east-1.api.amazonwebservices.eu'],
  ['us-iso-east-1', 'dual', 'sts.us-iso-east-1.api.aws.ic.gov'],
  ['us-isob-east-1', 'fips', 'sts-fips.us-isob-east-1.sc2s.sgov.gov'],
  ['us-isob-east-1', 'dual', 'sts.us-isob-east-1.api.aws.scloud'],
  ['eu-isoe-west-1', 'dual', 'sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk'],
  ['us-isof-south-1', 'dual', 'sts.us-isof-south-1.api.aws.hci.ic.gov'],
] as const;

it.each(
  HOSTS,
)('in %s, the endpoint %j is that of the SDKs, and signatures for it are given', (region, kind, host) => {
  const variant = { isFips: kind.includes('fips'), isDualStack: kind.includes('dual') };
  expect(stsHost(region, variant)).toBe(host);
  expect(() => requireStsHost(host, region)).not.toThrow();
});

it.each([
  ['sts-fips.us-east-1.api.aws.evil.example', 'us-east-1'],
  ['sts-fips.us-east-1.evil.example', 'us-east-1'],
  ['sts.eu-west-1.api.aws', 'us-east-1'],
  ['sts.us-east-1.amazonaws.com.cn', 'us-east-1'],
  // Of all regions: a signature for it names us-east-1.
  ['sts.amazonaws.com', 'us-east-1'],
  ['sts.evil.example/.api.aws', 'evil.example/'],
])('%s is no host of AWS STS in %s', (host, region) => {
  expect(() => requireStsHost(host, region)).toThrow(
    `${JSON.stringify(host)} is no host of AWS STS in ${region}`,
  );
});
