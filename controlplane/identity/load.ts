/** Loads the identities, for control planes that have an authority only: the certificate library takes megabytes. */
export async function loadIdentities() {
  // The certificate library needs it, and a bundle does not keep the order of static imports.
  await import('reflect-metadata');
  return import('./identity.ts');
}
