/** A variable of a container. */
export type Variable = {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
};

/** A command that kubelet runs in a container. */
export type Handler = { readonly exec?: { readonly command: readonly string[] } };

/** A probe, by a command or by a request from outside of the pod. */
export type Probe = Handler & {
  readonly httpGet?: {
    readonly path: string;
    readonly port: number | string;
    readonly scheme?: 'HTTP' | 'HTTPS';
  };
};

/** A container of a pod, as far as the player knows it. */
export type Container = {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
  readonly readinessProbe?: Probe;
  readonly securityContext?: {
    readonly runAsUser?: number;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
  readonly resources?: { readonly limits?: { readonly memory?: string } };
};

/** The source of a file in a projected volume. */
export type Source = {
  readonly serviceAccountToken?: { readonly path: string };
  readonly configMap?: { readonly name: string };
  readonly downwardAPI?: {
    readonly items: readonly { readonly path: string; readonly fieldRef: { readonly fieldPath: string } }[];
  };
};

/** A volume of a pod. */
export type Volume = {
  readonly name: string;
  readonly emptyDir?: object;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources: readonly Source[] };
};

/** A pod, as the API server has it after all webhooks. */
export type Pod = {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
    readonly hostAliases?: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
    readonly serviceAccountName?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly securityContext?: { readonly fsGroup?: number };
    readonly readinessGates?: readonly { readonly conditionType: string }[];
  };
  readonly status?: { readonly phase?: string; readonly podIP?: string };
};

/** Returns the value of a field of a pod, as the downward API names it. */
export function fieldOf({ metadata, spec }: Pod, path: string, podIp: string): string {
  const values: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': podIp,
  };
  const value = values[path];
  if (value === undefined) throw new Error(`${metadata.name}: the player does not know the field ${path}`);
  return value;
}
