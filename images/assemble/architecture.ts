/** Architectures that images are made for, by the names that Debian and container registries use. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;

/** One of the architectures. */
export type Architecture = (typeof ARCHITECTURES)[number];

/** Node's names of the architectures. */
export const NODE_ARCHITECTURE = { amd64: 'x64', arm64: 'arm64' } as const;

/** Returns the architecture of this machine; undefined if there are no images for it. */
export function thisArchitecture(): Architecture | undefined {
  return ARCHITECTURES.find((each) => NODE_ARCHITECTURE[each] === process.arch);
}
