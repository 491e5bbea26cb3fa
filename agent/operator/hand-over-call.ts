import { answerText } from '../management/answer-text.ts';
import { refuse, type Call } from '../serving/serve.ts';
import type { HandOverOutcome } from '../take-over/hand-over.ts';

/** Leaves Envoy running for the next agent, if that is possible. */
export type HandOver = { readonly ask: () => Promise<HandOverOutcome>; readonly leave: () => void };

/** How long the caller may have to wait. */
const LIMIT_MS = 60_000;

/** Answers `POST /hand-over` with the outcome in JSON. If it is accepted, the agent then ends, and leaves Envoy running. */
export async function handOverCall(call: Call, { ask, leave }: HandOver): Promise<void> {
  const { response, request } = call;
  if (request.method !== 'POST') {
    refuse(response, { status: 405, line: 'only POST is allowed', allow: 'POST' });
    return;
  }
  request.socket.setTimeout(LIMIT_MS);
  const outcome = await ask();
  if (outcome.kind === 'accepted') response.once('close', leave);
  answerText(call, JSON.stringify(outcome), 'application/json');
}
