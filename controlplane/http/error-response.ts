import { coded } from '../codes.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodyTooLong } from '../model/body-limit.ts';
import { StoreError } from '../store/errors.ts';
import { newCall } from './call.ts';
import { ApiError, internal, unavailable, unreadable } from './errors.ts';

/** The headers and the JSON body of an error response. */
export type ErrorResponse = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** Formats every error of the API. `id`: the request's id. */
export function errorResponse({ code, message, headers }: ApiError, id: string): ErrorResponse {
  return {
    headers: {
      ...headers,
      'x-amzn-RequestId': id,
      'x-amzn-ErrorType': code,
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify({ message }),
  };
}

/** Responds to a request with a thrown error, and logs internal errors. `bodyLimit`: bytes. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyLimit: number,
): FastifyReply {
  const sent = asApiError(error, bodyLimit, request.headers['content-type']);
  request.call ??= newCall();
  request.call.failure = sent;
  if (sent.status >= 500)
    request.log.error(
      coded(error instanceof StoreError ? error.code : 'FAULT', { err: error }),
      'request failed',
    );
  const { headers, body } = errorResponse(sent, request.id);
  return reply.code(sent.status).headers(headers).send(body);
}

function asApiError(error: unknown, bodyLimit: number, contentType: string | undefined): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError && error.status === 503)
    return unavailable(`${capital(error.message)}. Nothing is known to be lost.`, error);
  const { code, message, statusCode } = error as Partial<FrameworkError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('RequestEntityTooLargeException', bodyTooLong(bodyLimit));
    case 'FST_ERR_BAD_URL':
      return unreadable('The path has an escape (%XX) that is not valid, or is not UTF-8.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('RequestUriTooLongException', 'A name in the path is longer than any name can be.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return unreadable('The length of the body differs from the header Content-Length.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unreadable(
        `The header Content-Type is ${JSON.stringify(contentType)}, which is no media type: send application/json, or leave the header out.`,
      );
    case 'ECONNRESET':
      return unreadable('The connection ended before the whole request had arrived.');
    case undefined:
    default:
      // All other refusals by fastify are the client's errors.
      return isRefusal(code, statusCode) ? unreadable(message ?? code) : internal(error);
  }
}

type FrameworkError = { readonly code: string; readonly message: string; readonly statusCode: number };

function isRefusal(code: string | undefined, statusCode = 500): code is string {
  return code?.startsWith('FST_') === true && statusCode >= 400 && statusCode < 500;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
