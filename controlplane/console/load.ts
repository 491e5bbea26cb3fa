/** Loads the console's code, which a control plane without it does not need. */
export async function loadConsole() {
  return import('./console.ts');
}
