import type { HostFacts } from '../host-facts.ts';
import type { Location, TaskLocation } from '../location/location.ts';

/** Builds `aws.appmesh.platformInfo` of the node's metadata, with the names of App Mesh's agent. Unknown facts are left out. */
export function platformInfo(
  { zone, zoneId, task, kubernetes }: Location,
  { platform, kernel }: Pick<HostFacts, 'platform' | 'kernel'>,
): Readonly<Record<string, unknown>> {
  return {
    ...known({
      AvailabilityZone: zone,
      AvailabilityZoneID: zoneId,
      supportedIPFamilies: task?.ipFamilies,
    }),
    ...(task === undefined ? {} : { ecsPlatformInfo: ecsPlatformInfo(task) }),
    ...(kubernetes === undefined
      ? {}
      : {
          k8sPlatformInfo: {
            k8sVersion: kubernetes.version,
            podUid: kubernetes.podUid,
            appMeshControllerVersion: kubernetes.controllerVersion,
          },
        }),
    systemInfo: { systemPlatform: platform, systemKernelVersion: kernel },
  };
}

/** Returns Envoy's locality. As with App Mesh's agent, a proxy has one if the id of its zone is known: names of zones differ between accounts. */
export function locality({ region, zoneId }: Location): { region: string; zone: string } | undefined {
  return zoneId === undefined ? undefined : { region: region ?? '', zone: zoneId };
}

function ecsPlatformInfo(task: TaskLocation): Readonly<Record<string, string>> {
  return known({
    ecsLaunchType: task.executionEnvironment,
    ecsClusterArn: task.cluster,
    ecsTaskArn: task.arn,
    ecsContainerInstanceArn: task.containerInstanceArn,
    CPU: task.limits.cpu,
    Memory: task.limits.memory,
  });
}

function known(facts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
