import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

/** A stand-in for AWS STS and an account's issuer, because moto has no GetWebIdentityToken. It speaks AWS's query protocol. */
export type TokenSts = {
  readonly url: string;
  /** The parameters of the calls. */
  readonly calls: readonly URLSearchParams[];
  /** How often the list of keys was read. */
  readonly reads: () => number;
  /** Changes the claims of the next tokens. */
  claims: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Answers requests for the list of keys. */
  keys: (response: ServerResponse) => void;
  /** Answers with the list of keys. */
  readonly list: (response: ServerResponse) => void;
  /** Signs with a new key from now on; `isListed`: the list has it. */
  readonly rotate: (isListed: boolean) => Promise<void>;
  /** Refuses GetWebIdentityToken with this code. */
  refusal: string | undefined;
  readonly close: () => Promise<void>;
};

const ALGORITHM = 'ES384';

/** Starts the stand-in. Its tokens are for a role. */
export async function startTokenSts(role: string): Promise<TokenSts> {
  const listed: JWK[] = [];
  const calls: URLSearchParams[] = [];
  let reads = 0;
  let signing = await newKey();
  listed.push(signing.jwk);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/.well-known/jwks.json') {
      reads += 1;
      return sts.keys(response);
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const parameters = new URLSearchParams(body);
    calls.push(parameters);
    if (sts.refusal !== undefined)
      return void response
        .writeHead(400)
        .end(`<ErrorResponse><Error><Code>${sts.refusal}</Code></Error></ErrorResponse>`);
    const token = await tokenFor(parameters);
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult><WebIdentityToken>${token}</WebIdentityToken><Expiration>2030-01-01T00:00:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`,
      );
  }

  function tokenFor(parameters: URLSearchParams): Promise<string> {
    const tags: Record<string, string> = {};
    for (let index = 1; parameters.has(`Tags.member.${index}.Key`); index += 1)
      tags[parameters.get(`Tags.member.${index}.Key`) ?? ''] =
        parameters.get(`Tags.member.${index}.Value`) ?? '';
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: sts.url,
      sub: role,
      aud: parameters.get('Audience.member.1'),
      iat: now,
      exp: now + Number(parameters.get('DurationSeconds')),
      jti: 'j',
      'https://sts.amazonaws.com/': { aws_account: role.split(':')[4], request_tags: tags },
    };
    return new SignJWT(sts.claims(claims))
      .setProtectedHeader({ alg: ALGORITHM, kid: signing.kid })
      .sign(signing.key);
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const list = (response: ServerResponse): void =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: listed }));
  const sts: TokenSts = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    reads: () => reads,
    claims: (claims) => claims,
    keys: list,
    list,
    async rotate(isListed) {
      signing = await newKey();
      if (isListed) listed.push(signing.jwk);
    },
    refusal: undefined,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return sts;
}

let made = 0;

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const kid = `key-${made++}`;
  return { key: privateKey, kid, jwk: { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' } };
}
