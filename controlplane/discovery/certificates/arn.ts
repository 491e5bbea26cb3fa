import { wrongArn } from '../errors.ts';

/** The parts of an ARN that select the endpoint. */
export type CertificateArn = { readonly partition: string; readonly region: string };

const SHAPES = {
  acm: /^arn:(aws[a-z-]*):acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]+$/,
  'acm-pca': /^arn:(aws[a-z-]*):acm-pca:([a-z0-9-]+):\d{12}:certificate-authority\/[\w-]+$/,
};

const WANTED = {
  acm: 'an ACM certificate: arn:aws:acm:REGION:ACCOUNT:certificate/ID',
  'acm-pca': 'a private authority: arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID',
};

/** Parses the ARN of a certificate or an authority. @throws DiscoveryError if it is not one */
export function parseArn(arn: string, service: keyof typeof SHAPES): CertificateArn {
  const [, partition, region] = SHAPES[service].exec(arn) ?? [];
  if (partition === undefined || region === undefined) throw wrongArn(arn, WANTED[service]);
  return { partition, region };
}
