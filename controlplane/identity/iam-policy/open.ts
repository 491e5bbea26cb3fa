import type { Log } from '../../../common/log.ts';
import type { CertificateLedger } from '../certificate-ledger.ts';
import { createIamCall } from './iam-call.ts';
import { createPolicyAnswers } from './policy-answers.ts';
import { createPolicyBindings, type PolicyBindings } from './policy-bindings.ts';
import { startRecheck } from './recheck.ts';
import { createSimulate } from './simulate.ts';

/** Bindings by IAM policies that follow AWS IAM. */
export type OpenPolicyBindings = PolicyBindings & {
  /** Calls `listener` after an answer of IAM that may end certificates. */
  readonly onChange: (listener: () => void) => () => void;
  readonly close: () => void;
};

/** Inputs. `endpoint`: AWS IAM; `region`: that of ARNs. */
export type OpenPolicyBindingsOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly trustDomain: string;
  readonly ledger: Pick<CertificateLedger, 'list'>;
  readonly log: Log;
};

/** Opens bindings by IAM policies. Nothing is called yet. */
export function openPolicyBindings(options: OpenPolicyBindingsOptions): OpenPolicyBindings {
  const { endpoint, region, log } = options;
  const answers = createPolicyAnswers(createSimulate(createIamCall(endpoint)));
  const bindings = createPolicyBindings({ answers, region, log });
  const { close } = startRecheck({ ...options, answers, bindings });
  return { ...bindings, onChange: answers.onChange, close };
}
