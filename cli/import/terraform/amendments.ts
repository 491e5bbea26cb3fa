/** The local value with the members that the provider cannot express, by address of the resource. Export writes it. */
export const AMENDMENTS = 'daybreak_amendments';
