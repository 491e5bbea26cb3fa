import { fact } from '../location/fact.ts';
import { text, type Parser, type Reader } from '../../common/settings.ts';

/**
 * How to find out where the agent runs. ECS, the Kubernetes injector and AWS's tools set these variables, so an unusable value counts
 * as not set instead of being an error.
 */
export type LocationSettings = {
  /** Base URL of the ECS task metadata, without a slash at its end. Undefined outside ECS. */
  readonly taskEndpoint: string | undefined;
  /** Base URL of the EC2 instance metadata. Undefined: not to be asked. */
  readonly instanceEndpoint: string | undefined;
  readonly region: string | undefined;
  /** `AWS_ECS_EC2` or `AWS_ECS_FARGATE`. */
  readonly executionEnvironment: string | undefined;
  readonly containerInstanceArn: string | undefined;
  /** Facts of the pod. App Mesh's controller sets all three. */
  readonly kubernetes:
    | { readonly version: string; readonly podUid: string; readonly controllerVersion: string }
    | undefined;
};

const IMDS = { IPv4: 'http://169.254.169.254', IPv6: 'http://[fd00:ec2::254]' };

/** Reads the settings of the location. Names of AWS's variables are those of its SDKs. */
export function readLocation(read: Reader): LocationSettings {
  const executionEnvironment = read('AWS_EXECUTION_ENV', tolerant, undefined);
  const isDisabled = /^true$/i.test(read('AWS_EC2_METADATA_DISABLED', text, ''));
  const mode = read('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', text, '');
  const instanceEndpoint =
    read('EC2_METADATA_HOST_ONLY_FOR_TESTING', httpUrl, undefined) ??
    read('AWS_EC2_METADATA_SERVICE_ENDPOINT', httpUrl, undefined) ??
    (/^ipv6$/i.test(mode) ? IMDS.IPv6 : IMDS.IPv4);
  // A Fargate task has no instance, so its requests would only run into the time limit.
  const hasInstance = !isDisabled && executionEnvironment !== 'AWS_ECS_FARGATE';
  return {
    taskEndpoint:
      read('ECS_CONTAINER_METADATA_URI_V4', httpUrl, undefined) ??
      read('ECS_CONTAINER_METADATA_URI', httpUrl, undefined),
    instanceEndpoint: hasInstance ? instanceEndpoint : undefined,
    region: read('AWS_REGION', region, undefined) ?? read('AWS_DEFAULT_REGION', region, undefined),
    executionEnvironment,
    containerInstanceArn: read('ECS_CONTAINER_INSTANCE_ARN', tolerant, undefined),
    kubernetes: readKubernetes(read),
  };
}

function readKubernetes(read: Reader): LocationSettings['kubernetes'] {
  const version = read('APPMESH_PLATFORM_K8S_VERSION', tolerant, undefined);
  const podUid = read('APPMESH_PLATFORM_K8S_POD_UID', tolerant, undefined);
  const controllerVersion = read('APPMESH_PLATFORM_APP_MESH_CONTROLLER_VERSION', tolerant, undefined);
  const isComplete = version !== undefined && podUid !== undefined && controllerVersion !== undefined;
  return isComplete ? { version, podUid, controllerVersion } : undefined;
}

/** Accepts texts that fit into the node's metadata. Any other value counts as not set. */
const tolerant: Parser<string | undefined> = (value) => ({ value: fact(value) });

const region: Parser<string | undefined> = (value) => ({
  value: /^[a-z0-9-]{1,64}$/.test(value) ? value : undefined,
});

const httpUrl: Parser<string | undefined> = (value) => {
  const url = URL.parse(value);
  const isUsable = url?.protocol === 'http:' && url.search === '' && url.hash === '';
  return { value: isUsable ? url.href.replace(/\/+$/, '') : undefined };
};
