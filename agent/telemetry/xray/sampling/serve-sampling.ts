import { errorText } from '../../../../common/error-text.ts';
import { readBody } from '../../../serving/read-body.ts';
import { refuse, serve, type Call, type ListeningServer } from '../../../serving/serve.ts';
import { isPortTaken } from '../../port-taken.ts';

/** Answers of the two calls. A text of JSON, with its status. */
export type SamplingSource = (
  path: SamplingPath,
  body: string,
) => Promise<{ readonly status: number; readonly body: Buffer | string }>;

const PATHS = ['/GetSamplingRules', '/SamplingTargets'] as const;

/** A call of X-Ray's SDKs. */
export type SamplingPath = (typeof PATHS)[number];

const LOOPBACK = '127.0.0.1';
/** Bytes. SDKs report 25 rules at a time. */
const MOST_BODY = 256 * 1024;

/**
 * Serves GetSamplingRules and SamplingTargets over HTTP on loopback, as X-Ray's daemon does. Resolves with undefined if another program has
 * the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function serveSampling(
  port: number,
  source: SamplingSource,
): Promise<ListeningServer | undefined> {
  try {
    return await serve({ address: LOOPBACK, port }, [], (call) => void answer(call, source));
  } catch (error) {
    if (isPortTaken(error)) return undefined;
    throw error;
  }
}

async function answer({ request, response, path }: Call, source: SamplingSource): Promise<void> {
  const served = PATHS.find((each) => each === path);
  if (served === undefined || request.method !== 'POST')
    return refuse(response, { status: 404, line: `POST ${PATHS.join(' and ')} are served here` });
  let body: Buffer;
  try {
    body = await readBody(request, MOST_BODY);
  } catch (error) {
    return refuse(response, { status: 413, line: errorText(error) });
  }
  try {
    const { status, body: text } = await source(served, body.toString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  } catch (error) {
    response.writeHead(502, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: errorText(error) }));
  }
}
