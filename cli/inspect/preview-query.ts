/** The proxy that is looked at, and the features that it is taken to have, as a list with commas. */
export type Asked = { readonly node: string; readonly features?: string };

/** The query that asks a control plane for it. */
export function previewQuery({ node, features }: Asked): Readonly<Record<string, string>> {
  return { node, ...(features === undefined ? {} : { features }) };
}
