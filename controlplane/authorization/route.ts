import type { FastifyInstance } from 'fastify';
import { authorize } from '../auth/authorize.ts';
import { visibleMesh } from '../auth/visible-mesh.ts';
import { parameter } from '../ads/preview-query.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { notFound } from '../http/errors.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import { meshResourceId } from '../mesh/names.ts';
import { accessReport, type AccessReport, type RefusalsOf } from './access-report.ts';

/** The path of the report on who may call whom. */
const ACCESS_PATH = '/daybreak/v1/access';

const ACTION = 'daybreak:GetAccess';
const CONFIG: RouteConfig = { action: ACTION };

/**
 * Serves `GET /daybreak/v1/access?mesh=M`: which callers each virtual node of a mesh admits. `meshOwner=A` names the account of the mesh.
 * Needs the action `daybreak:GetAccess`.
 */
export function accessRoute(
  live: LiveModel,
  agents: { readonly read: () => { readonly refusalsOf: RefusalsOf } },
) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get(ACCESS_PATH, { config: CONFIG }, async (request): Promise<AccessReport> => {
      const caller = callerOf(request);
      const mesh = parameter(request.query, 'mesh');
      await live.refresh();
      const { meshOwner } = request.query as Readonly<Record<string, string | undefined>>;
      const owner = meshOwner ?? visibleMesh(caller, live.model.meshesNamed(mesh))?.owner ?? caller.account;
      authorize(caller, { action: ACTION, resource: '*' }, { owner, mesh });
      if (live.model.get(meshResourceId({ owner, mesh })) === undefined)
        throw notFound(`The mesh ${mesh} does not exist in account ${owner}.`);
      return accessReport(live.model, { owner, mesh }, agents.read().refusalsOf);
    });
  };
}
