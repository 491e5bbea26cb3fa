// @ts-nocheck: aws-cdk-lib is installed elsewhere
/* oxlint-disable no-new -- a construct adds itself to its scope */
// A CDK app with each construct of App Mesh, and CDK's handling of names, references, nested stacks and stages. `node app.mjs FOLDER OUT`:
// aws-cdk-lib comes from FOLDER's node_modules, and cdk.out is written to OUT.
import { cdk, cloudMap, mesh } from './library.mjs';
import { Services } from './services.mjs';

const ENV = { account: '111122223333', region: 'eu-west-1' };

const context = { 'aws:cdk:disable-stack-trace': true };
const app = new cdk.App({ outdir: process.argv[3], analyticsReporting: false, treeMetadata: false, context });

class Base extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.mesh = new mesh.Mesh(this, 'Mesh', {
      meshName: 'shop',
      egressFilter: mesh.MeshFilterType.DROP_ALL,
      serviceDiscovery: { ipPreference: mesh.IpPreference.IPV4_PREFERRED },
    });
    cdk.Tags.of(this.mesh).add('team', 'shop');
    const namespace = new cloudMap.HttpNamespace(this, 'Namespace', { name: 'shop.internal' });
    this.discovery = namespace.createService('Stock', { name: 'stock' });
    new Inner(this, 'Nested', { mesh: this.mesh });
  }
}

class Inner extends cdk.NestedStack {
  constructor(scope, id, { mesh: outer }) {
    super(scope, id);
    new mesh.VirtualNode(this, 'Nested', {
      mesh: outer,
      virtualNodeName: 'nested',
      serviceDiscovery: mesh.ServiceDiscovery.dns('nested.local', mesh.DnsResponseType.ENDPOINTS),
      listeners: [mesh.VirtualNodeListener.tcp({ port: 5432 })],
    });
  }
}

// A mesh of another account, and L1 constructs.
class Shared extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const theirs = mesh.Mesh.fromMeshArn(
      this,
      'Theirs',
      'arn:aws:appmesh:eu-west-1:444455556666:mesh/theirs',
    );
    new mesh.VirtualNode(this, 'Node', { mesh: theirs, virtualNodeName: 'ours' });
    const own = new mesh.CfnMesh(this, 'Plain', { meshName: `plain-${cdk.Aws.REGION}`, spec: {} });
    new mesh.CfnVirtualService(this, 'PlainService', {
      meshName: own.attrMeshName,
      virtualServiceName: cdk.Fn.join('.', ['plain', cdk.Aws.ACCOUNT_ID, 'local']),
      spec: {},
    });
  }
}

const base = new Base(app, 'Base', { env: ENV });
new Services(app, 'Services', { env: ENV, base });
new Shared(new cdk.Stage(app, 'Stage', { env: ENV }), 'Shared');
app.synth();
