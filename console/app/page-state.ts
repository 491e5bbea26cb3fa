import type { MeshName } from '../api/kinds.ts';
import type { MeshModel } from '../model/resources.ts';
import type { Place } from './place.ts';

/** The state that every page has. */
export type PageState = { readonly shown: Place; readonly at: MeshName; readonly model: MeshModel };
