import { expect, it, test } from 'vitest';
import { compileSettings } from '../../common/settings.ts';
import { readIdentitySettings } from './settings.ts';

const DOMAIN = { '--trust-domain': 'apps.example' };

function compile(flags: Readonly<Record<string, string>>, region = 'us-east-1') {
  const { identity } = compileSettings(flags, (read) => ({ identity: readIdentitySettings(read, region) }));
  return identity?.iam;
}

it('IAM policies bind no role without the flag', () => {
  expect(compile(DOMAIN)).toBeUndefined();
  expect(compile({ ...DOMAIN, '--bind-by-iam-policy': 'false' })).toBeUndefined();
  expect(compile({ ...DOMAIN, '--bind-by-iam-policy': 'true' })).toEqual({
    endpoint: 'https://iam.amazonaws.com',
  });
});

test.each([
  ['us-east-1', 'sts.us-east-1.amazonaws.com'],
  ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
  // https://github.com/hashicorp/vault/issues/31727
  ['eusc-de-east-1', 'sts.eusc-de-east-1.amazonaws.eu'],
])('proofs of %s are verified at %s', (region, host) => {
  const { identity } = compileSettings(DOMAIN, (read) => ({ identity: readIdentitySettings(read, region) }));
  expect(identity?.sts).toEqual({ host, region, endpoint: `https://${host}` });
});

test.each([
  ['https://sts-fips.us-east-1.amazonaws.com', 'sts-fips.us-east-1.amazonaws.com'],
  ['https://sts.us-east-1.api.aws', 'sts.us-east-1.api.aws'],
  // The hosts of VPC endpoints and tests take the signature for the usual host.
  ['https://vpce-1.sts.us-east-1.vpce.amazonaws.com', 'sts.us-east-1.amazonaws.com'],
  ['https://sts.eu-west-1.api.aws', 'sts.us-east-1.amazonaws.com'],
  ['http://127.0.0.1:5000', 'sts.us-east-1.amazonaws.com'],
])('with --sts-endpoint=%s, agents sign for %s: the request to a FIPS or IPv6 endpoint named another host', (at, host) => {
  const { identity } = compileSettings({ ...DOMAIN, '--sts-endpoint': at }, (read) => ({
    identity: readIdentitySettings(read, 'us-east-1'),
  }));
  expect(identity?.sts).toEqual({ host, region: 'us-east-1', endpoint: at });
});

it('another endpoint of IAM is that of the variables of the SDKs', () => {
  const flags = { ...DOMAIN, '--bind-by-iam-policy': 'true' };
  const all = 'http://127.0.0.1:1';
  const own = 'http://127.0.0.1:2';
  expect(compile({ ...flags, AWS_ENDPOINT_URL: all })).toEqual({ endpoint: all });
  expect(compile({ ...flags, AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_IAM: own })).toEqual({ endpoint: own });
  // Without the flag, a value that another tool set is none of the control plane's business.
  expect(compile({ ...DOMAIN, AWS_ENDPOINT_URL_IAM: 'localhost' })).toBeUndefined();
});

test.each([
  [
    'without an authority',
    {},
    'us-east-1',
    '--trust-domain is not set: the domain of the authority that --bind-by-iam-policy is for',
  ],
  ['in China', DOMAIN, 'cn-north-1', '--bind-by-iam-policy="true": a region of the partition aws'],
  [
    'in the European Sovereign Cloud',
    DOMAIN,
    'eusc-de-east-1',
    '--bind-by-iam-policy="true": a region of the partition aws',
  ],
  ['in GovCloud', DOMAIN, 'us-gov-west-1', '--bind-by-iam-policy="true": a region of the partition aws'],
  [
    'with an invalid endpoint',
    { ...DOMAIN, AWS_ENDPOINT_URL_IAM: 'localhost' },
    'us-east-1',
    'AWS_ENDPOINT_URL_IAM="localhost": a URL',
  ],
] as const)('the flag is an error %s', (_, flags, region, words) => {
  expect(() => compile({ ...flags, '--bind-by-iam-policy': 'true' }, region)).toThrow(words);
});
