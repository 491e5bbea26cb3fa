/** The prefix of the secrets' ARNs. */
export const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret';
/** The answers to `daybreak ecs render` for the templates of images/ecs/cloudformation. */
export const ANSWERS = {
  account: '111122223333',
  region: 'eu-west-1',
  parameter: [
    'Family=app',
    'Resource=mesh/apps/virtualNode/serviceB',
    'AppImage=app',
    'EnvoyImage=registry/daybreak-envoy:1',
    'ProxyinitImage=registry/daybreak-proxy-route-manager:1',
    'XdsEndpoint=daybreak.internal:18443',
    `XdsTokenSecret=${SECRET}:token`,
    `XdsCaSecret=${SECRET}:ca`,
    'LogGroup=apps',
    'ExecutionRole.Arn=arn:aws:iam::111122223333:role/execution',
    'TaskRole.Arn=arn:aws:iam::111122223333:role/task',
    'Image=registry/daybreak-controlplane:1',
    'HostName=daybreak.internal',
    'VpcCidr=10.0.0.0/16',
    ...['Store', 'Certificate', 'Key', 'Credentials', 'Tokens'].map(
      (name) => `${name}Secret=${SECRET}:${name}`,
    ),
  ],
};
