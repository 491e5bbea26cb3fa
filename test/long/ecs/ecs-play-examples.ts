// Plays task definitions of App Mesh's public examples under Docker as ECS runs them, until a request has passed two Envoys: the color
// application with X-Ray, the ingress gateway, and the walkthrough of ECS with X-Ray and CloudWatch's agent. `daybreak ecs render` makes
// the definitions, botocore's model checks them, and `daybreak import` makes the meshes of the examples' templates. Applications of this
// repository stand for those of the examples, and a program that prints its datagrams for X-Ray's daemon and CloudWatch's agent. Run as
// root, with DAYBREAK_ENVOY and DAYBREAK_MOTO, with a clone of aws-app-mesh-examples:
// node test/long/ecs/ecs-play-examples.ts --folder DIR [--only TEXT]
import { parseArgs } from 'node:util';
import { startMoto } from '../../../controlplane/discovery/testing/moto.ts';
import { whyNoDocker } from '../../docker/testing/dockerd.ts';
import { whyNoImages } from '../../docker/testing/image-archive.ts';
import { openCluster } from '../../ecs/testing/cluster.ts';
import { STORIES } from './ecs-examples/stories.ts';
import { createStage } from './ecs-examples/stage.ts';

const { values } = parseArgs({ options: { folder: { type: 'string' }, only: { type: 'string' } } });
const why = whyNoDocker() ?? (await whyNoImages());
if (why !== undefined) throw new Error(why);
if (values.folder === undefined) throw new Error('--folder is needed: a clone of aws-app-mesh-examples');

const chosen = STORIES.filter(({ name }) => name.includes(values.only ?? ''));
const cluster = await openCluster('ecs-examples', []);
const moto = await startMoto(cluster.lab.address);
let failed = 0;
try {
  for (const { name, play } of chosen) {
    const stage = await createStage(cluster, values.folder, moto.endpoint);
    try {
      process.stdout.write(`ok      ${name}: ${await play(stage)}\n`);
    } catch (error) {
      failed += 1;
      process.stdout.write(`NOT OK  ${name}: ${error instanceof Error ? error.message : 'failed'}\n`);
    } finally {
      await stage.close();
    }
  }
} finally {
  await moto.stop();
  await cluster.close();
}
process.stdout.write(`${chosen.length - failed} of ${chosen.length} examples\n`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
