import { expect, it } from 'vitest';
import { CallError } from '../../../xds/grpc/call-error.ts';
import { status } from '../../../xds/grpc/status.ts';
import { busy, damaged } from '../../store/errors.ts';
import { callErrorFor } from './call-error.ts';

it('a store that other replicas keep writing to is UNAVAILABLE: it was INTERNAL, as a defect', () => {
  const { code, message } = callErrorFor(busy('certificates', 60));
  expect(code).toBe(status.UNAVAILABLE);
  expect(message).toContain('could not write certificates in 60 attempts');
});

it('a damaged store and a defect are INTERNAL, and other errors keep their status', () => {
  expect(callErrorFor(damaged('commit', new Error('a row'))).code).toBe(status.INTERNAL);
  expect(callErrorFor(new TypeError('a defect')).code).toBe(status.INTERNAL);
  const own = new CallError(status.RESOURCE_EXHAUSTED, 'too many');
  expect(callErrorFor(own)).toBe(own);
});
