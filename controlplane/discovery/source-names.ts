/** Where what lies outside the model is asked for, as metrics name it. */
export const SOURCES = ['cloud-map', 'acm', 'private-ca', 'folder'] as const;

/** One of them. */
export type SourceName = (typeof SOURCES)[number];
