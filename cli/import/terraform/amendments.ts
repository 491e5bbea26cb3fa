/** The local value in which export has what the provider has no place for, by the addresses of resources. */
export const AMENDMENTS = 'daybreak_amendments';
