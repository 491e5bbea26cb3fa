/** The shells with completion. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The name of a shell with completion. */
export type Shell = (typeof SHELLS)[number];
