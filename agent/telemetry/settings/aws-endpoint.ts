import type { Reader } from '../../../common/settings.ts';
import { httpUrl } from './http-url.ts';

/**
 * Reads the URL that replaces AWS's own for a service: `name`, else `AWS_ENDPOINT_URL`. Undefined: AWS's own. Where nothing calls AWS, the
 * latter is not read: another tool may have set it.
 */
export function readAwsEndpoint(read: Reader, name: string, isUsed: boolean): URL | undefined {
  const own = read(name, httpUrl, undefined);
  return own ?? (isUsed ? read('AWS_ENDPOINT_URL', httpUrl, undefined) : undefined);
}
