import type { Case } from '../../../translate/testing/cases.ts';

/** Real files that replace those that a mesh names. */
export type Files = { readonly log: string; readonly certificate: string; readonly privateKey: string };

type Resources = Case['resources'];

/** Replaces the files in inputs by real ones. */
export function withFiles(made: readonly unknown[], { log, certificate, privateKey }: Files): Resources {
  return JSON.parse(JSON.stringify(made), (name, value: unknown) => {
    if (name === 'certificate' || name === 'trust') return withOwnName(value as object, name);
    if (name !== 'file') return value;
    const file = value as object;
    return {
      ...file,
      ...('path' in file ? { path: log } : {}),
      ...('certificateChain' in file ? { certificateChain: certificate } : {}),
      ...('privateKey' in file ? { privateKey } : {}),
    };
  }) as Resources;
}

// A socket does not serve a certificate and authorities under the same name.
function withOwnName(source: object, kind: string): object {
  if (!('sds' in source)) return source;
  const { secretName } = source.sds as { readonly secretName: string };
  return { sds: { secretName: `${kind} ${secretName}` } };
}
