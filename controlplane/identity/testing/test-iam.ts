import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A stand-in for AWS IAM, because moto has no SimulatePrincipalPolicy. It speaks AWS's query protocol. */
export type TestIam = {
  readonly endpoint: string;
  /** The parameters of the calls. */
  readonly calls: readonly URLSearchParams[];
  /** How often an action was called. */
  readonly count: (action: string) => number;
  /** The roles of the account, by name. */
  readonly roles: Map<string, { readonly arn: string; readonly uniqueId: string }>;
  /** The parts of the only result of a simulation, beside the action and the resource. */
  result: (parameters: URLSearchParams) => string;
  /** Answers in place of the stand-in, if it returns true. */
  instead: (parameters: URLSearchParams, response: ServerResponse) => boolean;
  /** Waits before each answer, in milliseconds. */
  delayMs: number;
  /** Pages without a result before the one that has it. */
  emptyPages: number;
  readonly close: () => void;
};

/** The result of a simulation that allows, and those of ones that do not. */
export const ALLOWED = '<EvalDecision>allowed</EvalDecision>';
export const IMPLICIT_DENY = '<EvalDecision>implicitDeny</EvalDecision>';
export const EXPLICIT_DENY = '<EvalDecision>explicitDeny</EvalDecision>';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** Wraps a result as IAM does. */
export function iamAnswer(action: string, result: string, namespace = NAMESPACE): string {
  return `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`;
}

/** Sends an error as IAM does. */
export function sendIamError(response: ServerResponse, status: number, code: string, message = 'm'): void {
  response
    .writeHead(status, { 'content-type': 'text/xml' })
    .end(
      `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    );
}

/** Sends an answer of IAM. */
export function sendXml(response: ServerResponse, xml: string, type = 'text/xml'): void {
  response.writeHead(200, { 'content-type': type }).end(xml);
}

/** Starts the stand-in. It refuses requests that are not signed for IAM, and denies what `result` does not allow. */
export async function startTestIam(): Promise<TestIam> {
  const calls: URLSearchParams[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const parameters = new URLSearchParams(body);
    calls.push(parameters);
    if (iam.delayMs > 0) await sleep(iam.delayMs);
    if (iam.instead(parameters, response)) return;
    const scope = /Credential=\w+\/\d{8}\/us-east-1\/iam\/aws4_request, /;
    if (!scope.test(request.headers.authorization ?? '') || parameters.get('Version') !== '2010-05-08')
      return sendIamError(response, 403, 'InvalidClientTokenId');
    const action = parameters.get('Action') ?? '';
    if (action === 'GetRole') return getRole(parameters, response);
    if (action === 'SimulatePrincipalPolicy') return simulate(parameters, response);
    return sendIamError(response, 400, 'InvalidAction');
  }

  function getRole(parameters: URLSearchParams, response: ServerResponse): void {
    const name = parameters.get('RoleName') ?? '';
    const role = iam.roles.get(name);
    if (role === undefined) return sendIamError(response, 404, 'NoSuchEntity');
    const members = `<Path>/tasks/</Path><Arn>${role.arn}</Arn><RoleName>${name}</RoleName><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument><CreateDate>2026-11-30T00:00:00Z</CreateDate><RoleId>${role.uniqueId}</RoleId>`;
    return sendXml(response, iamAnswer('GetRole', `<Role>${members}</Role>`));
  }

  function simulate(parameters: URLSearchParams, response: ServerResponse): void {
    const source = parameters.get('PolicySourceArn');
    if (![...iam.roles.values()].some(({ arn }) => arn === source))
      return sendIamError(response, 404, 'NoSuchEntity');
    const page = Number(parameters.get('Marker') ?? 0);
    const next = `<IsTruncated>true</IsTruncated><Marker>${page + 1}</Marker><EvaluationResults/>`;
    if (page < iam.emptyPages) return sendXml(response, iamAnswer('SimulatePrincipalPolicy', next));
    return sendXml(response, simulationOf(parameters, iam.result(parameters)));
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const iam: TestIam = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    count: (action) => calls.filter((each) => each.get('Action') === action).length,
    roles: new Map(),
    result: () => IMPLICIT_DENY,
    instead: () => false,
    delayMs: 0,
    emptyPages: 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return iam;
}

/** A simulation with one result for the action and the resource of the call. */
function simulationOf(parameters: URLSearchParams, parts: string): string {
  const names = `<EvalActionName>${parameters.get('ActionNames.member.1')}</EvalActionName><EvalResourceName>${parameters.get('ResourceArns.member.1')}</EvalResourceName>`;
  const statement =
    '<MatchedStatements><member><SourcePolicyId>p</SourcePolicyId><SourcePolicyType>IAM Policy</SourcePolicyType><StartPosition><Line>1</Line><Column>2</Column></StartPosition></member></MatchedStatements>';
  const result = `<EvaluationResults><member>${statement}${names}${parts}</member></EvaluationResults>`;
  return iamAnswer('SimulatePrincipalPolicy', `<IsTruncated>false</IsTruncated>${result}`);
}
