import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { timeLimit } from '../../common/limits/time-limit.ts';
import { asOwner } from './as-owner.ts';
import type { Finding } from './arrival.ts';
import type { OutProbe } from './probes.ts';

/** Builds a query with the given `id` for the root name servers, which any DNS server answers. */
function question(id: Buffer): Buffer {
  return Buffer.concat([id, Buffer.from('010000010000000000000000020001', 'hex')]);
}

/**
 * Sends a query over UDP as the app. `witness`: `echo` if a stand-in at the resolver's port echoes packets, so that an echo proves that
 * the query arrived and its answer returned; else a function that returns the number of queries redirected so far.
 */
export async function askUdp(
  probe: OutProbe,
  witness: 'echo' | (() => Promise<number>),
  milliseconds: number,
): Promise<Finding> {
  const { family, addresses, arrives, what } = probe;
  const [address = ''] = addresses;
  const title = `${family === 'ipv4' ? 'IPv4' : 'IPv6'} ${what}, over UDP to ${address} port 53`;
  const right = (happened: string): Finding => ({
    verdict: 'right',
    text: `${title}: ${happened}, as it should`,
  });
  const wrong = (happened: string): Finding => {
    return { verdict: 'wrong', text: `${title}: ${happened}, and should have arrived at port ${arrives}` };
  };
  const sent = question(randomBytes(2));
  const before = witness === 'echo' ? 0 : await witness();
  const answer = await exchange(probe, address, sent, milliseconds);
  if (answer instanceof Error) return { verdict: 'unsure', text: `${title}: not tried: ${answer.message}` };
  if (witness !== 'echo') {
    if ((await witness()) === before) return wrong('it went elsewhere');
    return answer === undefined
      ? { verdict: 'wrong', text: `${title}: sent to port ${arrives}, as it should, and no answer came back` }
      : right(`sent to port ${arrives}, and an answer came back`);
  }
  if (answer === undefined) return wrong('no answer');
  return answer.message.equals(sent) && answer.from === address
    ? right(`arrived at port ${arrives}, and so did the answer`)
    : wrong(`${answer.from} answered`);
}

type Answer = { readonly message: Buffer; readonly from: string };

async function exchange(
  { family, owner }: OutProbe,
  address: string,
  sent: Buffer,
  milliseconds: number,
): Promise<Answer | Error | undefined> {
  const socket = createSocket(family === 'ipv4' ? 'udp4' : 'udp6');
  try {
    const { promise, resolve } = Promise.withResolvers<Answer | Error | undefined>();
    socket.on('error', resolve).on('message', (message, from) => resolve({ message, from: from.address }));
    const stop = timeLimit(milliseconds, () => resolve(undefined));
    await asOwner(owner, () => socket.bind());
    socket.send(sent, 53, address, (error) => error && resolve(error));
    return await promise.finally(stop);
  } finally {
    socket.close();
  }
}
