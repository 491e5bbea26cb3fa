import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { ANY_CREDENTIALS } from './cloud-map.ts';

const REGION = 'us-east-1';

/**
 * Requests a certificate for a name from ACM; returns its ARN. `exportable`: its key can be exported. For tests.
 */
export async function requestCertificate(
  endpoint: string,
  name: string,
  { exportable }: { readonly exportable: boolean },
): Promise<string> {
  const client = new ACMClient({ endpoint, region: REGION, credentials: ANY_CREDENTIALS });
  const Options = { Export: exportable ? ('ENABLED' as const) : ('DISABLED' as const) };
  const { CertificateArn = '' } = await client.send(
    new RequestCertificateCommand({ DomainName: name, Options }),
  );
  return CertificateArn;
}

/** Creates a private authority with this certificate, PEM; returns its ARN. For tests. */
export async function createPrivateAuthority(endpoint: string, pem: string): Promise<string> {
  const call = async (operation: string, input: object): Promise<Readonly<Record<string, string>>> => {
    const credential = `${ANY_CREDENTIALS.accessKeyId}/20260101/${REGION}/acm-pca/aws4_request`;
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `ACMPrivateCA.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(input),
    });
    const body = await response.text();
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${body}`);
    return body === '' ? {} : (JSON.parse(body) as Readonly<Record<string, string>>);
  };
  const { CertificateAuthorityArn = '' } = await call('CreateCertificateAuthority', {
    CertificateAuthorityType: 'ROOT',
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: 'RSA_2048',
      SigningAlgorithm: 'SHA256WITHRSA',
      Subject: { CommonName: 'test' },
    },
  });
  const Certificate = Buffer.from(pem).toString('base64');
  await call('ImportCertificateAuthorityCertificate', { CertificateAuthorityArn, Certificate });
  return CertificateAuthorityArn;
}
