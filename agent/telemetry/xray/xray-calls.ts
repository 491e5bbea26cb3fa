import { createHttpSender } from '../otlp/send-http.ts';
import { ensureHome } from '../aws/ensure-home.ts';
import { Sha256 } from '../../../common/sha256.ts';
import { withTimeout } from '../../../common/with-timeout.ts';

/** Calls of X-Ray's API whose answers pass on as they are. */
export type XRayCalls = {
  /** Makes a signed call, such as `/GetSamplingRules`, with a body of JSON. Rejects if there is no answer, or no credentials. */
  readonly call: (path: string, body: string) => Promise<{ readonly status: number; readonly body: Buffer }>;
  readonly close: () => void;
};

/** Limits of one call, in milliseconds. */
const CALL_MS = 4000;
const CREDENTIALS_MS = 4000;

/** Creates a caller of X-Ray's API in a region. `endpoint` replaces AWS's own. */
export function createXRayCalls(region: string, endpoint: string | undefined): XRayCalls {
  const base = new URL(endpoint ?? `https://xray.${region}.amazonaws.com`);
  const sender = createHttpSender({ timeoutMs: CALL_MS });
  let signer: ReturnType<typeof openSigner> | undefined;
  return {
    async call(path, text) {
      signer ??= openSigner(region);
      const url = new URL(path, base);
      const body = Buffer.from(text);
      const { headers } = await withTimeout(
        CREDENTIALS_MS,
        'no AWS credentials could be had',
        (await signer).sign({
          method: 'POST',
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: {},
          headers: { host: url.host, 'content-type': 'application/json' },
          body,
        }),
      );
      return sender.send({ url, headers, body }, new AbortController().signal);
    },
    close: sender.close,
  };
}

async function openSigner(region: string) {
  ensureHome();
  const [{ SignatureV4 }, { fromNodeProviderChain }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-sdk/credential-providers'),
  ]);
  const credentials = fromNodeProviderChain({ timeout: 1000, maxRetries: 1, clientConfig: { region } });
  return new SignatureV4({ service: 'xray', region, credentials, sha256: Sha256 });
}
