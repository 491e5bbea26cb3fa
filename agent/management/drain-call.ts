import type { AdminClient } from '../admin/admin-client.ts';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { refuse, type Call, type Refusal } from '../serving/serve.ts';
import { askedBy, checkForm, invalid, isRefusal, type Asked } from './asked.ts';
import { answerText } from './answer-text.ts';

/**
 * Returns why a call of `/drain_listeners` is refused, or undefined: as with App Mesh, `inboundonly` is required, and the only parameter.
 */
export function drainRefusal(asked: Asked): Refusal | undefined {
  const checked = checkForm(asked, 'POST', {
    method: (method) => `Invalid method [${method}] in request: only POST is allowed`,
    body: (size) => `Unexpected content in request. Body size [${size}]`,
    query: (problem) => `Unable to parse queries in URL: ${problem}`,
  });
  if (isRefusal(checked)) return checked;
  if (checked.size !== 1) {
    return invalid(
      `Unexpected number of query parameters specified in request: [${checked.size}]: the request is POST /drain_listeners?inboundonly`,
    );
  }
  if (checked.has('inboundonly')) return undefined;
  const names = [...checked.keys()].join(' ');
  return invalid(
    `Unexpected query parameters specified in request [${names}]: the request is POST /drain_listeners?inboundonly`,
  );
}

/** Answers `POST /drain_listeners?inboundonly`: Envoy closes its inbound listeners at once. Open connections stay. */
export async function drainCall(call: Call, admin: AdminClient, log: Log): Promise<void> {
  const refusal = drainRefusal(askedBy(call));
  if (refusal !== undefined) {
    refuse(call.response, refusal);
    return;
  }
  try {
    const body = await admin.ask('POST', '/drain_listeners?inboundonly');
    log.info("a management call has closed Envoy's inbound listeners");
    answerText(call, body);
  } catch (error) {
    log.warn({ reason: errorText(error) }, "cannot close Envoy's inbound listeners for a management call");
    refuse(call.response, {
      status: 500,
      line: `Unable to drain Envoy listeners: ${errorText(error)}`,
    });
  }
}
