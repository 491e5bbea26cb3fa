import type { Client } from '../client/client.ts';
import type { IdentityOptions } from './identity.ts';

const DONE: Readonly<Record<string, string>> = {
  root: 'A new root is being introduced: daybreak identity shows the steps.',
  intermediate: 'The intermediate was replaced; certificates are renewed.',
  skip: 'The next step was taken.',
  abort: 'The old root signs again.',
};

/** Asks for a rotation, and prints its state. @throws CallError if the control plane refuses */
export async function rotate(
  client: Pick<Client, 'post'>,
  what: string,
  { output }: IdentityOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const state = await client.post('/daybreak/v1/identity/rotate', { what });
  stdout.write(output === 'json' ? `${JSON.stringify(state, null, 2)}\n` : `${DONE[what] ?? 'Done.'}\n`);
}
