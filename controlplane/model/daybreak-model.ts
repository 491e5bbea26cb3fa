import { API_MODEL, type ApiModel } from './api-model.ts';
import rawDaybreak from './daybreak-v1.json' with { type: 'json' };

/** The operations on the kinds that App Mesh does not have, in the form of its API model. Their shapes may name shapes of App Mesh. */
export const DAYBREAK_MODEL = {
  service: 'daybreak',
  operations: rawDaybreak.operations,
  shapes: { ...API_MODEL.shapes, ...rawDaybreak.shapes },
} as unknown as ApiModel;
