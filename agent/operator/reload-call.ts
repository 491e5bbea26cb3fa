import { answerText } from '../management/answer-text.ts';
import type { Reload } from '../reload/reload.ts';
import { refuse, type Call } from '../serving/serve.ts';
import { errorText } from '../../common/error-text.ts';

/** How long the caller may have to wait, in milliseconds: for the previous reload, a drain, and two minutes for an Envoy. */
const LIMIT_MS = 600_000;

/** Answers `POST /reload`, and `POST /reload?restart=true` for a full restart, with the outcome in JSON when it is known. */
export async function reloadCall(call: Call, reload: Reload): Promise<void> {
  const { response, request, query } = call;
  if (request.method !== 'POST') {
    refuse(response, { status: 405, line: 'only POST is allowed', allow: 'POST' });
    return;
  }
  request.socket.setTimeout(LIMIT_MS);
  const isRestart = new URLSearchParams(query).get('restart') === 'true';
  try {
    const outcome = await reload.request(isRestart ? 'restart' : 'hot restart');
    answerText(call, JSON.stringify(outcome), 'application/json');
  } catch (error) {
    refuse(response, { status: 500, line: errorText(error) });
  }
}
