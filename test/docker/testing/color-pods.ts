import { execa } from 'execa';
import { hostnameOf, PORT, TELLER } from '../../../demo/color-model.ts';
import { until } from '../../lab/until.ts';
import type { Docker } from './dockerd.ts';
import { playInjectedPod, type Pod } from './injected-pod.ts';

const COLOR = 'daybreak-color:0.1.0';

/**
 * Plays a teller and the color gateway in pods that Amazon's controller has injected, and waits until both are ready. Their sidecars run an image
 * made from ours that has the endpoint of the control plane.
 */
export async function playColorPods(
  docker: Docker,
  network: string,
  endpoint: string,
): Promise<readonly Pod[]> {
  const env = { ...docker.env, DOCKER_BUILDKIT: '0' };
  const input = `FROM daybreak-envoy:0.1.0\nENV APPMESH_XDS_ENDPOINT=${endpoint}\n`;
  await execa('docker', ['build', '--tag', 'injected', '-'], { env, input });
  const images = { sidecarImage: 'injected', initImage: 'daybreak-proxy-route-manager:0.1.0' };
  const teller = await playInjectedPod(docker, network, {
    ...images,
    name: 'teller',
    resource: 'mesh/default/virtualNode/colorteller-vn',
    appPort: PORT,
    names: [TELLER],
    app: { image: COLOR, flags: ['--env', 'COLOR=white'], command: ['color', 'teller'] },
  });
  const gateway = await playInjectedPod(docker, network, {
    ...images,
    name: 'gateway',
    resource: 'mesh/default/virtualNode/colorgateway-vn',
    appPort: PORT,
    names: [hostnameOf('colorgateway-vn')],
    app: {
      image: COLOR,
      flags: ['--env', `COLOR_TELLER_ENDPOINT=${TELLER}:${PORT}`],
      command: ['color', 'gateway'],
    },
  });
  const pods = [teller, gateway];
  for (const pod of pods) await until(`${pod.envoy} is ready`, () => pod.isReady(), { everyMs: 500 });
  return pods;
}
