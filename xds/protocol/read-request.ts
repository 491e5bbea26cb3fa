import { MalformedRequest } from './limits.ts';
import type { Variant } from './variant.ts';
import type { TypeUrl } from '../types.ts';
import type { DeltaRequest, SotwRequest } from '../wire/request.ts';

/**
 * Decodes a request and checks that it names a type. On a stream of `onlyType` the type may be empty. @throws
 * MalformedRequest
 */
export function readRequest<R extends SotwRequest | DeltaRequest>(
  variant: Variant<R>,
  bytes: Uint8Array,
  onlyType: TypeUrl | undefined,
): R {
  const request = decode(variant, bytes);
  if (onlyType === undefined) {
    if (request.typeUrl !== '') return request;
    throw new MalformedRequest('type_url is empty: on ADS each request names its type');
  }
  if (request.typeUrl === '' || request.typeUrl === onlyType) return { ...request, typeUrl: onlyType };
  const got = JSON.stringify(request.typeUrl.slice(0, 200));
  throw new MalformedRequest(`type_url ${got}: this service has ${onlyType} alone`);
}

function decode<R extends SotwRequest | DeltaRequest>(variant: Variant<R>, bytes: Uint8Array): R {
  try {
    return variant.decode(bytes);
  } catch (error) {
    throw new MalformedRequest(`a request that is no ${variant.name} discovery request: ${String(error)}`, {
      cause: error,
    });
  }
}
