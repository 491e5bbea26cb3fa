/** A caught value as text: the message of an error, and anything else as it is. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
