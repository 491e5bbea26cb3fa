/**
 * AWS IAM gave no answer to a question. `away`: it did not answer, or throttles, and the question may succeed a moment later. `unusable`: it
 * refused the question itself, or its answer is malformed. The reason is for operators of agents; the cause has what AWS said.
 */
export class IamFailure extends Error {
  readonly kind: 'away' | 'unusable';

  constructor(kind: IamFailure['kind'], reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'IamFailure';
    this.kind = kind;
  }
}
