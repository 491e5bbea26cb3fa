import type { Client } from '../client/client.ts';

const DONE: Readonly<Record<string, string>> = {
  root: 'A new root is being introduced: daybreak identity shows the steps.',
  intermediate: 'The intermediate was replaced; certificates are renewed.',
  skip: 'The next step was taken.',
  abort: 'The old root signs again.',
};

/** Asks for a rotation. @throws CallError if the control plane refuses */
export async function rotate(
  client: Client,
  what: string,
  stdout: { write(text: string): unknown },
): Promise<void> {
  await client.post('/daybreak/v1/identity/rotate', { what });
  stdout.write(`${DONE[what] ?? 'Done.'}\n`);
}
