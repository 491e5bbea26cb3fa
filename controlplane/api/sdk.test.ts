import {
  AppMeshClient,
  BadRequestException,
  ConflictException,
  CreateGatewayRouteCommand,
  CreateMeshCommand,
  CreateRouteCommand,
  CreateVirtualGatewayCommand,
  CreateVirtualNodeCommand,
  CreateVirtualRouterCommand,
  CreateVirtualServiceCommand,
  DeleteGatewayRouteCommand,
  DeleteMeshCommand,
  DeleteRouteCommand,
  DeleteVirtualGatewayCommand,
  DeleteVirtualNodeCommand,
  DeleteVirtualRouterCommand,
  DeleteVirtualServiceCommand,
  DescribeGatewayRouteCommand,
  DescribeMeshCommand,
  DescribeRouteCommand,
  DescribeVirtualGatewayCommand,
  DescribeVirtualNodeCommand,
  DescribeVirtualRouterCommand,
  DescribeVirtualServiceCommand,
  ListTagsForResourceCommand,
  NotFoundException,
  paginateListGatewayRoutes,
  paginateListMeshes,
  paginateListRoutes,
  paginateListVirtualGateways,
  paginateListVirtualNodes,
  paginateListVirtualRouters,
  paginateListVirtualServices,
  ResourceInUseException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateGatewayRouteCommand,
  UpdateMeshCommand,
  UpdateRouteCommand,
  UpdateVirtualGatewayCommand,
  UpdateVirtualNodeCommand,
  UpdateVirtualRouterCommand,
  UpdateVirtualServiceCommand,
} from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from './testing/test-api.ts';

let api: TestApi;
let client: AppMeshClient;
beforeAll(async () => {
  api = await startApi();
  client = new AppMeshClient({
    endpoint: await api.app.listen({ host: '127.0.0.1', port: 0 }),
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await api.close();
});

const meshName = 'colors';
const node = { meshName, virtualNodeName: 'white' };
const router = { meshName, virtualRouterName: 'router' };
const route = { ...router, routeName: 'all' };
const service = { meshName, virtualServiceName: 'a b/tëller.local:80' };
const gateway = { meshName, virtualGatewayName: 'door' };
const gatewayRoute = { ...gateway, gatewayRouteName: 'in' };

const listeners = [{ portMapping: { port: 9080, protocol: 'http' as const } }];
const nodeSpec = { listeners, serviceDiscovery: { dns: { hostname: 'white.local' } } };
const routeSpec = (weight: number) => ({
  httpRoute: { match: { prefix: '/' }, action: { weightedTargets: [{ virtualNode: 'white', weight }] } },
});
const provider = { virtualRouter: { virtualRouterName: 'router' } };
const gatewayRouteSpec = (prefix: string) => ({
  httpRoute: {
    match: { prefix },
    action: { target: { virtualService: { virtualServiceName: service.virtualServiceName } } },
  },
});

async function collect<P>(
  pages: AsyncIterable<P>,
  items: (page: P) => readonly object[] | undefined,
): Promise<object[]> {
  const all: object[] = [];
  for await (const page of pages) all.push(...(items(page) ?? []));
  return all;
}

// The steps run in order, and each builds on the one before.
describe('the AWS SDK', { shuffle: false }, () => {
  it('creates all seven kinds', async () => {
    const { mesh } = await client.send(new CreateMeshCommand({ meshName, tags: [{ key: 'a', value: 'b' }] }));
    expect(mesh).toMatchObject({ meshName, status: { status: 'ACTIVE' }, metadata: { version: 1 } });
    expect(mesh?.metadata?.createdAt).toEqual(new Date(api.clock.now));
    const made = [
      (await client.send(new CreateVirtualNodeCommand({ ...node, spec: nodeSpec }))).virtualNode,
      (await client.send(new CreateVirtualRouterCommand({ ...router, spec: { listeners } }))).virtualRouter,
      (await client.send(new CreateRouteCommand({ ...route, spec: routeSpec(1) }))).route,
      (await client.send(new CreateVirtualServiceCommand({ ...service, spec: { provider } }))).virtualService,
      (await client.send(new CreateVirtualGatewayCommand({ ...gateway, spec: { listeners } })))
        .virtualGateway,
      (await client.send(new CreateGatewayRouteCommand({ ...gatewayRoute, spec: gatewayRouteSpec('/') })))
        .gatewayRoute,
    ];
    const names = [node, router, route, service, gateway, gatewayRoute];
    expect(made).toEqual(names.map((name) => expect.objectContaining(name)));
  });

  it('describes them', async () => {
    expect((await client.send(new DescribeMeshCommand({ meshName }))).mesh).toMatchObject({ meshName });
    expect((await client.send(new DescribeVirtualNodeCommand(node))).virtualNode?.spec).toEqual(nodeSpec);
    expect((await client.send(new DescribeVirtualRouterCommand(router))).virtualRouter?.spec).toEqual({
      listeners,
    });
    expect((await client.send(new DescribeRouteCommand(route))).route?.spec).toEqual(routeSpec(1));
    expect((await client.send(new DescribeVirtualServiceCommand(service))).virtualService).toMatchObject({
      ...service,
      spec: { provider },
    });
    expect((await client.send(new DescribeVirtualGatewayCommand(gateway))).virtualGateway?.spec).toEqual({
      listeners,
    });
    expect((await client.send(new DescribeGatewayRouteCommand(gatewayRoute))).gatewayRoute?.spec).toEqual(
      gatewayRouteSpec('/'),
    );
  });

  it('updates them', async () => {
    const egressFilter = { type: 'ALLOW_ALL' as const };
    const logging = { accessLog: { file: { path: '/dev/stdout' } } };
    const [more] = [{ portMapping: { port: 8000, protocol: 'http' as const } }];
    const updated = [
      (await client.send(new UpdateMeshCommand({ meshName, spec: { egressFilter } }))).mesh,
      (await client.send(new UpdateVirtualNodeCommand({ ...node, spec: { ...nodeSpec, logging } })))
        .virtualNode,
      (await client.send(new UpdateVirtualRouterCommand({ ...router, spec: { listeners: [more] } })))
        .virtualRouter,
      (await client.send(new UpdateRouteCommand({ ...route, spec: routeSpec(2) }))).route,
      (await client.send(new UpdateVirtualServiceCommand({ ...service, spec: {} }))).virtualService,
      (await client.send(new UpdateVirtualGatewayCommand({ ...gateway, spec: { listeners: [more] } })))
        .virtualGateway,
      (await client.send(new UpdateGatewayRouteCommand({ ...gatewayRoute, spec: gatewayRouteSpec('/a') })))
        .gatewayRoute,
    ];
    expect(updated.map((data) => data?.metadata?.version)).toEqual([2, 2, 2, 2, 2, 2, 2]);
  });

  it('lists them', async () => {
    const config = { client, pageSize: 1 };
    const mesh = { meshName };
    expect(await collect(paginateListMeshes(config, {}), (page) => page.meshes)).toMatchObject([mesh]);
    expect(await collect(paginateListVirtualNodes(config, mesh), (page) => page.virtualNodes)).toMatchObject([
      node,
    ]);
    expect(
      await collect(paginateListVirtualRouters(config, mesh), (page) => page.virtualRouters),
    ).toMatchObject([router]);
    expect(await collect(paginateListRoutes(config, router), (page) => page.routes)).toMatchObject([route]);
    expect(
      await collect(paginateListVirtualServices(config, mesh), (page) => page.virtualServices),
    ).toMatchObject([service]);
    expect(
      await collect(paginateListVirtualGateways(config, mesh), (page) => page.virtualGateways),
    ).toMatchObject([gateway]);
    expect(
      await collect(paginateListGatewayRoutes(config, gateway), (page) => page.gatewayRoutes),
    ).toMatchObject([gatewayRoute]);
  });

  it('tags them', async () => {
    const { virtualService } = await client.send(new DescribeVirtualServiceCommand(service));
    const resourceArn = virtualService?.metadata?.arn;
    await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'team', value: 'red' }] }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
      { key: 'team', value: 'red' },
    ]);
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team'] }));
    expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([]);
  });

  it('gets typed errors', async () => {
    const unknown = client.send(new DescribeVirtualNodeCommand({ ...node, virtualNodeName: 'none' }));
    await expect(unknown).rejects.toBeInstanceOf(NotFoundException);
    await expect(unknown).rejects.toMatchObject({
      message: 'VirtualNode with name none is not present under mesh colors for account 111122223333',
      $metadata: { httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    await expect(client.send(new CreateMeshCommand({ meshName }))).rejects.toBeInstanceOf(ConflictException);
    await expect(client.send(new DeleteMeshCommand({ meshName }))).rejects.toBeInstanceOf(
      ResourceInUseException,
    );
    const bad = client.send(
      new CreateVirtualRouterCommand({ meshName, virtualRouterName: 'x'.repeat(256), spec: {} }),
    );
    await expect(bad).rejects.toBeInstanceOf(BadRequestException);
  });

  it('deletes them', async () => {
    const deleted = [
      (await client.send(new DeleteGatewayRouteCommand(gatewayRoute))).gatewayRoute,
      (await client.send(new DeleteVirtualGatewayCommand(gateway))).virtualGateway,
      (await client.send(new DeleteVirtualServiceCommand(service))).virtualService,
      (await client.send(new DeleteRouteCommand(route))).route,
      (await client.send(new DeleteVirtualRouterCommand(router))).virtualRouter,
      (await client.send(new DeleteVirtualNodeCommand(node))).virtualNode,
      (await client.send(new DeleteMeshCommand({ meshName }))).mesh,
    ];
    expect(deleted.map((data) => data?.status?.status)).toEqual(Array.from({ length: 7 }, () => 'DELETED'));
    expect(await collect(paginateListMeshes({ client }, {}), (page) => page.meshes)).toEqual([]);
  });
});
