import type { ContainerDefinition } from '../../../ecs/player/definition.ts';
import { VERSION } from '../../../ecs/testing/cluster.ts';

/** The image and the command that stand for those of an example. */
type StandIn = { readonly image: string; readonly command?: readonly string[] };

const COLOR = `daybreak-color:${VERSION}`;

/** Prints each datagram to a UDP port: X-Ray's daemon, CloudWatch's agent. */
const sink = (port: number): StandIn => {
  const program = `require('node:dgram').createSocket('udp4').on('message', (text) => console.log(text.toString().replaceAll('\\n', ' '))).bind(${port})`;
  return { image: COLOR, command: ['/usr/lib/daybreak/node', '-e', program] };
};

/** Returns the stand-in for a container of an example: an application, by its variables, or a daemon, by its image. */
export function standIn({ image, environment = [] }: ContainerDefinition): StandIn {
  if (image.startsWith('daybreak-')) return { image };
  if (image.includes('xray')) return sink(2000);
  if (/cloudwatch-?agent|cwagent/.test(image)) return sink(8125);
  const has = (name: string): boolean => environment.some((each) => each.name === name);
  // The walkthrough's applications have other names for the variables of the color application's.
  if (has('COLOR_HOST')) return run('SERVER_PORT=$PORT COLOR_TELLER_ENDPOINT=$COLOR_HOST exec color gateway');
  if (has('PORT')) return run('SERVER_PORT=$PORT exec color teller');
  return run(`exec color ${has('COLOR_TELLER_ENDPOINT') ? 'gateway' : 'teller'}`);
}

function run(line: string): StandIn {
  return { image: COLOR, command: ['bash', '-c', line] };
}
