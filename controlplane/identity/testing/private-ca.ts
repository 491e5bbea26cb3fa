// The certificate library has to be loaded first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

/** The kinds of authority: a root by the algorithm of its key, or one on P-256 below another root. */
export type PrivateCaKind = 'RSA' | 'P-256' | 'P-384' | 'subordinate';

/** AWS Private CA with one authority. It signs for real; moto knows no template for an intermediate. For tests. */
export type TestPrivateCa = {
  readonly endpoint: string;
  readonly arn: string;
  /** The authority's certificate. */
  readonly certificate: X509Certificate;
  /** The operations that were called, oldest first. */
  readonly calls: readonly string[];
  /** Answers each call with this error until it is undefined. */
  failure: { readonly status: number; readonly type: string; readonly message: string } | undefined;
  readonly close: () => void;
};

const ARN =
  'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11112222-3333-4444-5555-666677778888';
const TEMPLATE = 'arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1';
const YEAR = 365 * 24 * 60 * 60 * 1000;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

type Keys = Awaited<ReturnType<typeof keysOf>>;
type Authority = { readonly keys: Keys; readonly certificate: X509Certificate };
type Input = Readonly<Record<string, unknown>>;

/** Starts the stand-in. `years`: how long the authority's certificate is valid; default: 10. */
export async function startTestPrivateCa(kind: PrivateCaKind, years = 10): Promise<TestPrivateCa> {
  const root = await makeRoot(kind === 'subordinate' ? 'P-384' : kind, years);
  const authority = kind === 'subordinate' ? await makeSubordinate(root) : root;
  const issued = new Map<string, { readonly pem: string; asked: number }>();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace('ACMPrivateCA.', '');
      calls.push(operation);
      const send = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(body));
      };
      const scope = /Credential=[^/]+\/\d{8}\/us-east-1\/acm-pca\/aws4_request, /;
      if (ca.failure !== undefined)
        send(ca.failure.status, { __type: ca.failure.type, message: ca.failure.message });
      else if (!scope.test(request.headers.authorization ?? ''))
        send(400, { __type: 'IncompleteSignatureException', message: 'the scope is another' });
      else
        answer(authority, issued, operation, JSON.parse(Buffer.concat(chunks).toString()) as Input).then(
          (body) => send(200, body),
          (error: unknown) => {
            const [type = '', message = ''] = (error as Error).message.split(': ');
            send(400, { __type: `com.amazonaws#${type}`, message });
          },
        );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ca: TestPrivateCa = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arn: ARN,
    certificate: authority.certificate,
    calls,
    failure: undefined,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return ca;
}

async function answer(
  authority: Authority,
  issued: Map<string, { readonly pem: string; asked: number }>,
  operation: string,
  input: Input,
): Promise<object> {
  if (input['CertificateAuthorityArn'] !== ARN)
    throw new Error('ResourceNotFoundException: no such authority');
  if (operation === 'GetCertificateAuthorityCertificate')
    return { Certificate: authority.certificate.toString('pem') };
  if (operation === 'IssueCertificate') {
    const token = String(input['IdempotencyToken']);
    if (!/^[\w+/=-]{1,36}$/.test(token)) throw new Error('InvalidArgsException: IdempotencyToken');
    const name = `${ARN}/certificate/${token}`;
    if (!issued.has(name)) issued.set(name, { pem: await issue(authority, input), asked: 0 });
    return { CertificateArn: name };
  }
  const found = issued.get(String(input['CertificateArn']));
  if (found === undefined) throw new Error('ResourceNotFoundException: no such certificate');
  found.asked += 1;
  // As AWS does at first.
  if (found.asked < 3) throw new Error('RequestInProgressException: the certificate is being issued');
  return { Certificate: found.pem, CertificateChain: authority.certificate.toString('pem') };
}

/** Signs by the template: the subject and the alternative names are those of the request, all else is the template's. */
async function issue({ keys, certificate }: Authority, input: Input): Promise<string> {
  const { Csr, SigningAlgorithm, TemplateArn, Validity } = input as Readonly<Record<string, string>> & {
    readonly Validity?: { readonly Type: string; readonly Value: number };
  };
  if (TemplateArn !== TEMPLATE) throw new Error(`InvalidArgsException: the template is ${TemplateArn}`);
  const wanted = keys.name === 'RSA' ? ['SHA256WITHRSA'] : ['SHA256WITHECDSA', 'SHA384WITHECDSA'];
  if (!wanted.includes(SigningAlgorithm ?? '')) throw new Error('InvalidArgsException: SigningAlgorithm');
  const request = new Pkcs10CertificateRequest(Buffer.from(Csr ?? '', 'base64').toString('latin1'));
  if (!(await request.verify())) throw new Error('MalformedCSRException: the signature is wrong');
  const ends = new Date((Validity?.Value ?? 0) * 1000);
  if (Validity?.Type !== 'ABSOLUTE' || ends > certificate.notAfter)
    throw new Error('ValidationException: the certificate would outlive the authority');
  const names = request.extensions.filter((each) => each instanceof SubjectAlternativeNameExtension);
  const made = await X509CertificateGenerator.create({
    serialNumber: '7f01',
    subject: request.subject,
    issuer: certificate.subject,
    notBefore: new Date(Math.max(Date.now() - 3_600_000, certificate.notBefore.getTime())),
    notAfter: ends,
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: keys.signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(request.publicKey),
      await AuthorityKeyIdentifierExtension.create(certificate.publicKey),
      ...names,
    ],
  });
  return made.toString('pem');
}

async function keysOf(kind: 'RSA' | 'P-256' | 'P-384') {
  const usages = ['sign', 'verify'] as const;
  if (kind === 'RSA')
    return { name: kind, signing: RSA, ...(await webcrypto.subtle.generateKey(RSA, true, [...usages])) };
  const algorithm = { name: 'ECDSA', namedCurve: kind };
  const signing = { name: 'ECDSA', hash: kind === 'P-256' ? 'SHA-256' : 'SHA-384' };
  return { name: kind, signing, ...(await webcrypto.subtle.generateKey(algorithm, true, [...usages])) };
}

async function makeRoot(kind: 'RSA' | 'P-256' | 'P-384', years: number): Promise<Authority> {
  const keys = await keysOf(kind);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'O=Example, CN=Example root',
    notBefore: new Date(Date.now() - YEAR),
    notAfter: new Date(Date.now() + years * YEAR),
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    signingAlgorithm: keys.signing,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { keys, certificate };
}

async function makeSubordinate(root: Authority): Promise<Authority> {
  const keys = await keysOf('P-256');
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'O=Example, CN=Example meshes',
    issuer: root.certificate.subject,
    notBefore: new Date(Date.now() - YEAR),
    notAfter: root.certificate.notAfter,
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    signingAlgorithm: root.keys.signing,
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(root.certificate.publicKey),
    ],
  });
  return { keys, certificate };
}
