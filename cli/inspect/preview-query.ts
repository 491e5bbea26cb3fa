/** The proxy to inspect, and the features to assume for it, as a comma-separated list. */
export type Asked = { readonly node: string; readonly features?: string };

/** Returns the query parameters for that proxy. */
export function previewQuery({ node, features }: Asked): Readonly<Record<string, string>> {
  return { node, ...(features === undefined ? {} : { features }) };
}
