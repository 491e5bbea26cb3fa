import { awsPartition } from '../../../common/aws-partition.ts';
import type { createRequestSigner } from '../aws/sign-request.ts';
import { createHttpSender } from '../otlp/send-http.ts';

/** Calls of X-Ray's API whose answers pass on as they are. */
export type XRayCalls = {
  /** Makes a signed call, such as `/GetSamplingRules`, with a body of JSON. Rejects if there is no answer, or no credentials. */
  readonly call: (path: string, body: string) => Promise<{ readonly status: number; readonly body: Buffer }>;
  readonly close: () => void;
};

/** Limit of one call, in milliseconds, after the credentials are there. */
const CALL_MS = 4000;

/** Creates a caller of X-Ray's API in a region. `endpoint` replaces AWS's own. The code that signs is loaded with the first call. */
export function createXRayCalls(region: string, endpoint: string | undefined): XRayCalls {
  const base = new URL(endpoint ?? `https://xray.${region}.${awsPartition(region).domain}`);
  const sender = createHttpSender({ timeoutMs: CALL_MS });
  let sign: ReturnType<typeof createRequestSigner> | undefined;
  return {
    async call(path, text) {
      const loaded = await import('../aws/sign-request.ts');
      sign ??= loaded.createRequestSigner('xray', region);
      const headers = { 'content-type': 'application/json' };
      const request = await sign({ url: new URL(path, base), headers, body: Buffer.from(text) });
      return sender.send(request, new AbortController().signal);
    },
    close: sender.close,
  };
}
