// Amazon's controller, unchanged, on a real Kubernetes API server against Daybreak, by the commands of docs/kubernetes.md: a public walkthrough of App Mesh
// becomes Active, and its injected pods are played under Docker until requests pass two sidecars. As root, where Docker and Go can be had:
// `node test/long/kubernetes/kubernetes.ts --controller DIR --examples DIR [--programs DIR]`, with the sources of aws/aws-app-mesh-controller-for-k8s and
// aws/aws-app-mesh-examples. `--programs` keeps the built programs: the API server takes half an hour.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startDocker, whyNoDocker } from '../../docker/testing/dockerd.ts';
import { whyNoImages } from '../../docker/testing/image-archive.ts';
import { createLab } from '../../lab/lab.ts';
import { buildBinaries } from './cluster/binaries.ts';
import { startCluster } from './cluster/cluster.ts';
import { openServiceRules } from './cluster/services.ts';
import { NETWORK } from './pods/player.ts';
import { say } from './scene.ts';
import { story } from './story.ts';

const { values } = parseArgs({
  options: {
    controller: { type: 'string' },
    examples: { type: 'string' },
    programs: { type: 'string', default: '/var/tmp/daybreak-kubernetes' },
  },
});
const { controller, examples, programs } = values;
if (controller === undefined || examples === undefined)
  throw new Error('--controller DIR and --examples DIR are needed');
const why = whyNoDocker() ?? (await whyNoImages());
if (why !== undefined) throw new Error(why);

mkdirSync(programs, { recursive: true });
const bin = await buildBinaries(resolve(programs), resolve(controller));
const lab = await createLab({ name: 'kubernetes' });
const docker = await startDocker(lab);
try {
  await docker.run('network', 'create', NETWORK);
  const cluster = await startCluster(docker.host, bin);
  await openServiceRules(cluster);
  await story({ cluster, docker, bin, controller: resolve(controller), examples: resolve(examples) });
  say({ all: 'ok' });
} finally {
  await docker.stop();
  await lab.close();
}
