import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Held } from './app-held.ts';
import { planned, type Attempts } from '../callers/attempts.ts';
import { echoMethod, HEALTH_CHECK } from '../../../lab/clients/grpc-methods.ts';

const SERVING = Buffer.from([0x08, 1]);
const NOT_SERVING = Buffer.from([0x08, 2]);

/** The services and methods of an app; each answers with its own name. */
const METHODS = ['/test.Colors/Red', '/test.Colors/Blue', '/test.Shapes/Square'];

type Call = ServerUnaryCall<Buffer, Buffer>;
type Answer = sendUnaryData<Buffer>;

/**
 * Starts a gRPC server that answers `name port method`, or with the status in the call's plan (see `planned`): `ok`, `hang`, `wait:MS`,
 * `held:GROUP` or a number.
 */
export async function serveGrpc(app: {
  readonly name: string;
  readonly host: string | undefined;
  readonly port: number;
  readonly attempts: Attempts;
  readonly sick: ReadonlySet<number>;
  readonly held: Held;
}): Promise<void> {
  const server = new Server();
  for (const path of METHODS) {
    const method = echoMethod(path);
    server.addService({ method }, { method: (call: Call, answer: Answer) => echo(path, call, answer) });
  }
  const check = (_call: Call, answer: Answer): void =>
    answer(null, app.sick.has(app.port) ? NOT_SERVING : SERVING);
  server.addService({ check: HEALTH_CHECK }, { check });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`${app.host ?? '[::]'}:${app.port}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });

  function echo(path: string, call: Call, answer: Answer): void {
    const [id = ''] = call.metadata.get('x-id').map(String);
    const [plan] = call.metadata.get('x-plan').map(String);
    const step = planned(plan ?? 'ok', app.attempts.next(id));
    const [what, detail = ''] = step.split(':');
    if (what === 'hang') return;
    const late = (): void => answer(null, Buffer.from('late'));
    if (what === 'wait') setTimeout(late, Number(detail));
    else if (what === 'held') void app.held.released(detail).then(late);
    else if (what === 'ok') answer(null, Buffer.from(`${app.name} ${app.port} ${path}`));
    else answer({ code: Number(what), details: 'as planned', metadata: new Metadata() });
  }
}
