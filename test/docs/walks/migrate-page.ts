/** The page that takes a task of App Mesh to Daybreak. */
export const PAGE = 'docs/migrate.md';

const CONTAINERS = 'test/docker/images.net.test.ts';
const SCENE = 'test/docker/testing/container-scene.ts';
const MACHINE = 'test/docs/walks/migrate.net.test.ts';

/** How each code block of the page begins, in order, and the test that runs all of its lines or, if none can, why. */
export const BLOCKS: readonly (readonly [start: string, by: string])[] = [
  ['npm run setup', SCENE],
  ['docker run --rm REGISTRY/daybreak-envoy:0.1.0 sh', CONTAINERS],
  ['docker run --detach --restart=always --name daybreak', SCENE],
  ['export AWS_ENDPOINT_URL_APP_MESH', SCENE],
  ['daybreak token create', MACHINE],
  ['-  "image"', MACHINE],
  ['aws ecs describe-task-definition', MACHINE],
  ['docker run --detach --restart=always --stop-timeout', CONTAINERS],
  ['docker run --rm --network host --cap-add NET_ADMIN', CONTAINERS],
  ['images/build.sh --stage', MACHINE],
  ['systemd-sysusers', MACHINE],
  ['[Unit]', MACHINE],
];

/** Programs with which commands in the text begin. A program without arguments is a name, not a command. */
export const PROGRAMS = [
  'docker',
  'daybreak',
  'node',
  'npm',
  'systemctl',
  'aws',
  'curl',
  'images/build.sh',
  'images/packages.sh',
];

const PUBLIC_EXAMPLES =
  "it takes a folder with a clone of App Mesh's public examples, which a test does not download";

/** The commands in the text, each with the test that runs it or, if none does, why. Names of programs and of a command's kinds are not in the list. */
export const IN_TEXT: Readonly<Record<string, string>> = {
  'docker run --rm REGISTRY/daybreak-envoy:0.1.0 daybreak --help': CONTAINERS,
  'images/packages.sh --envoy .daybreak/envoy-1.40.0/envoy': 'test/packages/packages.net.test.ts',
  'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE':
    'test/docker/testing/amazon-lines.ts',
  'systemctl start --no-block': MACHINE,
  'docker stop': CONTAINERS,
  'docker logs': CONTAINERS,
  'docker load': 'test/docker/compose.net.test.ts',
  'docker push': 'why not: there is no registry',
  'node test/long/ecs/example-environments.ts --folder DIR --envoy FILE --start': `why not: ${PUBLIC_EXAMPLES}`,
  'node test/long/ecs/ecs-render-examples.ts --folder DIR': `why not: ${PUBLIC_EXAMPLES}`,
  'node test/long/ecs/ecs-play-examples.ts --folder DIR': `why not: ${PUBLIC_EXAMPLES}`,
};

/** Parts of the text in backquotes that begin like a command, and name one. */
export const NAMES = [
  'docker run',
  'daybreak import',
  'daybreak ecs render',
  'aws appmesh',
  'aws appmesh create-… --cli-input-json',
];
