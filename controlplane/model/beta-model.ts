import type { ApiModel } from './api-model.ts';
import rawBeta from './appmesh-2018-10-01.json' with { type: 'json' };

/** The beta API of 2018-10-01. */
export const BETA_MODEL = { service: 'appmesh', ...rawBeta } as unknown as ApiModel;
