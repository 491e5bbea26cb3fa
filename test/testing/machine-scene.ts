import { CreateMeshCommand, CreateVirtualNodeCommand, type VirtualNodeSpec } from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../../demo/color-model.ts';
import type { Lab } from '../lab/lab.ts';
import { startControlPlane, type ControlPlane } from '../lab/programs/control-plane.ts';
import { stage } from '../lab/stage.ts';
import { makeBareMachine, makeMachine, type Machine } from '../proxyinit/machine.ts';
import { ECHO_CALLER } from './watch-path.ts';

/** The specification of `serviceB`, whose application listens on port 8000 of the same host. */
export const SERVICE_B: VirtualNodeSpec = {
  listeners: [{ portMapping: { port: 8000, protocol: 'http' } }],
  serviceDiscovery: { dns: { hostname: 'localhost' } },
};

/** A machine with systemd on a host of a lab, its application, and a control plane on another host with `serviceB` of mesh `apps`. */
export type MachineScene = {
  /** It was never booted. */
  readonly machine: Machine;
  readonly controlPlane: ControlPlane;
  /** Starts the control plane again, with the same store. */
  restartControlPlane(): Promise<ControlPlane>;
  /** The URL of the application, which answers with the address of its caller. */
  readonly url: string;
  /** The lines of /etc/daybreak/agent.env. */
  readonly variables: readonly string[];
};

/** Opens the scene in `lab`, which has no hosts yet. */
export async function openMachineScene(
  lab: Lab,
  { programs }: { readonly programs: 'all' | 'none' },
): Promise<MachineScene> {
  const control = await lab.host('control');
  const place = await lab.host('machine');
  const programsOfLab = await stage(lab);
  const restartControlPlane = () => startControlPlane(control, programsOfLab);
  const controlPlane = await restartControlPlane();
  const client = appMeshClient(controlPlane.endpoint);
  await client.send(new CreateMeshCommand({ meshName: 'apps' }));
  await client.send(
    new CreateVirtualNodeCommand({ meshName: 'apps', virtualNodeName: 'serviceB', spec: SERVICE_B }),
  );
  await place.spawn('app', process.execPath, ['-e', ECHO_CALLER, '8000']).line(/serves/);
  return {
    machine: await (programs === 'all'
      ? makeMachine(undefined, place.namespace)
      : makeBareMachine(place.namespace)),
    controlPlane,
    restartControlPlane,
    url: `http://${place.address}:8000/`,
    variables: [
      'APPMESH_RESOURCE_ARN=mesh/apps/virtualNode/serviceB',
      `APPMESH_XDS_ENDPOINT=${controlPlane.xds}`,
    ],
  };
}
