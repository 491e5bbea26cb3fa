import { expect, test } from 'vitest';
import { parseArn } from './arn.ts';

test.each([
  ['acm', 'arn:aws:acm:eu-west-1:111122223333:certificate/0a-1b', { partition: 'aws', region: 'eu-west-1' }],
  [
    'acm-pca',
    'arn:aws-cn:acm-pca:cn-north-1:111122223333:certificate-authority/0a',
    { partition: 'aws-cn', region: 'cn-north-1' },
  ],
] as const)('%s', (service, arn, at) => {
  expect(parseArn(arn, service)).toEqual(at);
});

test.each([
  ['acm', 'red'],
  ['acm', 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0a'],
  ['acm', 'arn:aws:acm:eu-west-1.evil.example/:111122223333:certificate/0a'],
  ['acm-pca', 'arn:aws:acm:eu-west-1:111122223333:certificate/0a'],
] as const)('%s is not asked for %s', (service, arn) => {
  expect(() => parseArn(arn, service)).toThrow(`"${arn}" is no ARN of`);
});
