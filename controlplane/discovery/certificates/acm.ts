import { randomBytes } from 'node:crypto';
import type { ACMClient } from '@aws-sdk/client-acm';
import type { Certificate } from '../../translate/external-inputs.ts';
import { parseArn } from './arn.ts';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { makeCertificate } from './certificate.ts';
import { incomplete } from '../errors.ts';

/** A client of ACM that returns certificates with their keys. Rejects with the SDK's errors and a DiscoveryError. */
export type Acm = {
  readonly certificate: (arn: string, signal: AbortSignal) => Promise<Certificate>;
  readonly close: () => void;
};

/**
 * Creates one client per region that an ARN names; the SDK is loaded with the first. Only exportable certificates can be
 * obtained: those of a private authority, and public ones that were requested as exportable.
 */
export function createAcm(endpoint: string | undefined): Acm {
  const clients = new Map<string, ACMClient>();
  return {
    async certificate(arn, abortSignal) {
      const { region } = parseArn(arn, 'acm');
      const { ACMClient, ExportCertificateCommand } = await import('@aws-sdk/client-acm');
      let client = clients.get(region);
      if (client === undefined) {
        const credentials = awsCredentials(region);
        client = new ACMClient({ region, credentials, maxAttempts: 1, ...(endpoint && { endpoint }) });
        clients.set(region, client);
      }
      // The key travels encrypted, with a passphrase that is used once.
      const passphrase = randomBytes(32).toString('hex');
      const command = new ExportCertificateCommand({
        CertificateArn: arn,
        Passphrase: Buffer.from(passphrase),
      });
      const { Certificate, CertificateChain = '', PrivateKey } = await client.send(command, { abortSignal });
      if (Certificate === undefined || PrivateKey === undefined)
        throw incomplete('ACM', 'certificate and key');
      const chain = `${Certificate}\n${CertificateChain}`;
      return makeCertificate({ chain, privateKey: PrivateKey, passphrase, where: 'ACM' });
    },
    close: () => {
      for (const client of clients.values()) client.destroy();
    },
  };
}
