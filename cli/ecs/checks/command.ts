import type { Draft } from '../draft.ts';
import { containersOf } from '../task-definition.ts';

/** The program that the images start. Images of App Mesh up to 1.21 started `/usr/bin/envoy-wrapper`. */
const AGENT = '/usr/bin/agent';

/** Reports an Envoy container that does not start the agent: its entry point or command is for another image. */
export function checkCommand(draft: Draft, envoy: number): void {
  const container = containersOf(draft.definition())[envoy] ?? {};
  for (const member of ['entryPoint', 'command']) {
    const words = container[member];
    if (!Array.isArray(words) || words.length === 0) continue;
    if (JSON.stringify([container['entryPoint'], container['command']]).includes(AGENT)) continue;
    const message = `is ${JSON.stringify(words)}; the image starts ${AGENT}, and this command does not. Files that it prepares have to be in an image made from Daybreak's`;
    draft.report('warning', ['containerDefinitions', envoy, member], message);
    return;
  }
}
