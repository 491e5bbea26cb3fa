import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The load balancer and the service of a control plane, from a template or a module. */
export type Balanced = {
  readonly tasks: number;
  readonly internal: boolean;
  readonly targets: readonly {
    readonly port: number;
    readonly proxyProtocol: boolean;
    readonly check: string;
  }[];
};

type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };

const byPort = (targets: Balanced['targets']): Balanced['targets'] =>
  targets.toSorted((one, other) => one.port - other.port);

/** Returns those of images/ecs/cloudformation/controlplane.yaml. */
export function balancedByTemplate(): Balanced {
  const path = join(import.meta.dirname, '../ecs/cloudformation/controlplane.yaml');
  const { Resources } = parse(readFileSync(path, 'utf8'), { logLevel: 'silent' }) as {
    readonly Resources: Readonly<Record<string, Resource>>;
  };
  const all = (type: string) =>
    Object.values(Resources).flatMap(({ Type, Properties }) =>
      Type.endsWith(`::${type}`) ? [Properties] : [],
    );
  const targets = all('TargetGroup').map((group) => {
    const attributes = group['TargetGroupAttributes'] as readonly {
      readonly Key: string;
      readonly Value: string;
    }[];
    return {
      port: Number(group['Port']),
      proxyProtocol: attributes.some(
        ({ Key, Value }) => Key === 'proxy_protocol_v2.enabled' && Value === 'true',
      ),
      check: `${String(group['HealthCheckProtocol'])} ${String(group['HealthCheckPort'])}${String(group['HealthCheckPath'])}`,
    };
  });
  const [balancer] = all('LoadBalancer');
  const [service] = all('Service');
  return {
    tasks: Number(service?.['DesiredCount']),
    internal: balancer?.['Scheme'] === 'internal',
    targets: byPort(targets),
  };
}

/** Returns those of resources that Terraform plans. */
export function balancedByPlan(
  resources: readonly { readonly type: string; readonly values: Readonly<Record<string, unknown>> }[],
): Balanced {
  const all = (type: string) => resources.flatMap((each) => (each.type === type ? [each.values] : []));
  const targets = all('aws_lb_target_group').map((group) => {
    const [check] = group['health_check'] as readonly Readonly<Record<string, unknown>>[];
    return {
      port: Number(group['port']),
      proxyProtocol: group['proxy_protocol_v2'] === true,
      check: `${String(check?.['protocol'])} ${String(check?.['port'])}${String(check?.['path'])}`,
    };
  });
  const [balancer] = all('aws_lb');
  const [service] = all('aws_ecs_service');
  return {
    tasks: Number(service?.['desired_count']),
    internal: balancer?.['internal'] === true,
    targets: byPort(targets),
  };
}
