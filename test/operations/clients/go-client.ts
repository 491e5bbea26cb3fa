import { join } from 'node:path';
import { built, type Built } from './built.ts';
import type { ClientMaker } from './client.ts';
import { lineClient, optionsFor } from './line-client.ts';

/** The program in `go/`. */
export const GO: Built = {
  name: 'go',
  needs: ['go'],
  build: (folder) => ['go', 'build', '-trimpath', '-buildvcs=false', '-o', join(folder, 'client'), '.'],
};

/** Builds the program with the AWS SDK for Go v2. Returns a maker of its clients. */
export async function goClients(): Promise<ClientMaker> {
  const program = join(await built(GO), 'client');
  return (plane, key) => lineClient(program, [JSON.stringify(optionsFor(plane, key))]);
}
