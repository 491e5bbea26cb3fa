import type { Case } from '../../../translate/testing/cases.ts';

/** Real files in place of those that a mesh names. */
export type Files = { readonly log: string; readonly certificate: string; readonly privateKey: string };

type Resources = Case['resources'];

/** Inputs with real files in place of those that they name. */
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

// No socket has a certificate and authorities under one name.
function withOwnName(source: object, kind: string): object {
  if (!('sds' in source)) return source;
  const { secretName } = source.sds as { readonly secretName: string };
  return { sds: { secretName: `${kind} ${secretName}` } };
}
