// @ts-nocheck: aws-cdk-lib is installed elsewhere
/* oxlint-disable no-new -- a construct adds itself to its scope */
// A stack with virtual nodes, routers, routes, services and gateways of every protocol, in a mesh of another stack.
import { acm, cdk, mesh, pca } from './library.mjs';

const { Duration } = cdk;
const CA = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/ca';
const CERTIFICATE = 'arn:aws:acm:eu-west-1:111122223333:certificate/c';

export class Services extends cdk.Stack {
  constructor(scope, id, { base, ...props }) {
    super(scope, id, props);
    const validation = {
      trust: mesh.TlsValidationTrust.file('/keys/ca.pem'),
      subjectAlternativeNames: mesh.SubjectAlternativeNames.matchingExactly('stock.local'),
    };
    const nodes = this.nodes(base, validation);
    const router = new mesh.VirtualRouter(this, 'Router', {
      mesh: base.mesh,
      virtualRouterName: 'cart',
      listeners: [mesh.VirtualRouterListener.http(8080)],
    });
    this.routes(base, router, nodes);
    const cart = new mesh.VirtualService(this, 'CartService', {
      virtualServiceName: 'cart.local',
      virtualServiceProvider: mesh.VirtualServiceProvider.virtualRouter(router),
    });
    const stock = new mesh.VirtualService(this, 'StockService', {
      virtualServiceName: 'stock.local',
      virtualServiceProvider: mesh.VirtualServiceProvider.virtualNode(nodes.http2),
    });
    nodes.http.addBackend(
      mesh.Backend.virtualService(stock, { tlsClientPolicy: { ports: [443], enforce: true, validation } }),
    );
    this.gateways(base, { cart, stock }, validation);
  }

  nodes(base, validation) {
    const timeout = { idle: Duration.seconds(10), perRequest: Duration.millis(2500) };
    const http = new mesh.VirtualNode(this, 'Cart', {
      mesh: base.mesh,
      virtualNodeName: 'cart',
      serviceDiscovery: mesh.ServiceDiscovery.dns('cart.local', undefined, mesh.IpPreference.IPV4_ONLY),
      listeners: [
        mesh.VirtualNodeListener.http({
          port: 8080,
          connectionPool: { maxConnections: 100, maxPendingRequests: 10 },
          healthCheck: mesh.HealthCheck.http({
            healthyThreshold: 3,
            interval: Duration.seconds(5),
            path: '/ping',
            timeout: Duration.seconds(2),
            unhealthyThreshold: 2,
          }),
          outlierDetection: {
            baseEjectionDuration: Duration.seconds(30),
            interval: Duration.seconds(10),
            maxEjectionPercent: 50,
            maxServerErrors: 5,
          },
          timeout,
          tls: {
            mode: mesh.TlsMode.STRICT,
            certificate: mesh.TlsCertificate.file('/keys/cert.pem', '/keys/key.pem'),
            mutualTlsValidation: validation,
          },
        }),
      ],
      backendDefaults: {
        tlsClientPolicy: {
          enforce: false,
          validation: {
            trust: mesh.TlsValidationTrust.acm([
              pca.CertificateAuthority.fromCertificateAuthorityArn(this, 'Ca', CA),
            ]),
          },
        },
      },
      accessLog: mesh.AccessLog.fromFilePath(
        '/dev/stdout',
        mesh.LoggingFormat.fromJson({ path: '%REQ(:PATH)%' }),
      ),
    });
    const http2 = new mesh.VirtualNode(this, 'Stock', {
      mesh: base.mesh,
      virtualNodeName: 'stock',
      serviceDiscovery: mesh.ServiceDiscovery.cloudMap(base.discovery, { stage: 'test' }),
      listeners: [
        mesh.VirtualNodeListener.http2({
          port: 8443,
          connectionPool: { maxRequests: 50 },
          timeout,
          tls: {
            mode: mesh.TlsMode.PERMISSIVE,
            certificate: mesh.TlsCertificate.acm(
              acm.Certificate.fromCertificateArn(this, 'Certificate', CERTIFICATE),
            ),
          },
        }),
      ],
      accessLog: mesh.AccessLog.fromFilePath('/dev/stdout', mesh.LoggingFormat.fromText('%RESPONSE_CODE%\n')),
    });
    const grpc = new mesh.VirtualNode(this, 'Prices', {
      mesh: base.mesh,
      serviceDiscovery: mesh.ServiceDiscovery.dns('prices.local'),
      listeners: [
        mesh.VirtualNodeListener.grpc({
          port: 9000,
          healthCheck: mesh.HealthCheck.grpc({}),
          timeout,
          tls: {
            mode: mesh.TlsMode.STRICT,
            certificate: mesh.TlsCertificate.sds('prices'),
            mutualTlsValidation: {
              trust: mesh.TlsValidationTrust.sds('spiffe://shop'),
              subjectAlternativeNames: mesh.SubjectAlternativeNames.matchingExactly('spiffe://shop/cart'),
            },
          },
        }),
      ],
    });
    const tcp = new mesh.VirtualNode(this, 'Store', {
      mesh: base.mesh,
      serviceDiscovery: mesh.ServiceDiscovery.dns('store.local'),
      listeners: [
        mesh.VirtualNodeListener.tcp({
          port: 6379,
          connectionPool: { maxConnections: 7 },
          healthCheck: mesh.HealthCheck.tcp({}),
          timeout: { idle: Duration.minutes(1) },
        }),
      ],
    });
    return { http, http2, grpc, tcp };
  }

  routes(base, router, { http, http2, grpc, tcp }) {
    const weighted = (virtualNode, weight = 1) => ({ virtualNode, weight });
    const retryPolicy = {
      retryAttempts: 2,
      retryTimeout: Duration.seconds(1),
      httpRetryEvents: [mesh.HttpRetryEvent.GATEWAY_ERROR],
      tcpRetryEvents: [mesh.TcpRetryEvent.CONNECTION_ERROR],
    };
    router.addRoute('Beta', {
      routeName: 'beta',
      routeSpec: mesh.RouteSpec.http({
        priority: 1,
        match: {
          path: mesh.HttpRoutePathMatch.regex('/v[0-9]+'),
          method: mesh.HttpRouteMethod.POST,
          headers: [
            mesh.HeaderMatch.valueIs('a', 'x'),
            mesh.HeaderMatch.valueIsNot('b', 'x'),
            mesh.HeaderMatch.valueStartsWith('c', 'x'),
            mesh.HeaderMatch.valueDoesNotEndWith('d', 'x'),
            mesh.HeaderMatch.valueMatchesRegex('e', 'x+'),
            mesh.HeaderMatch.valuesIsInRange('f', 0, 10),
          ],
          queryParameters: [mesh.QueryParameterMatch.valueIs('q', 'x')],
        },
        weightedTargets: [weighted(http, 0), { virtualNode: http2, weight: 100, port: 8443 }],
        timeout: { perRequest: Duration.seconds(3) },
        retryPolicy,
      }),
    });
    router.addRoute('All', { routeSpec: mesh.RouteSpec.http({ weightedTargets: [weighted(http)] }) });
    const others = new mesh.VirtualRouter(this, 'Others', {
      mesh: base.mesh,
      listeners: [mesh.VirtualRouterListener.http2(8081)],
    });
    others.addRoute('Http2', {
      routeSpec: mesh.RouteSpec.http2({
        match: {
          path: mesh.HttpRoutePathMatch.startsWith('/a'),
          scheme: mesh.HttpRouteProtocol.HTTPS,
          port: 8081,
        },
        weightedTargets: [weighted(http2)],
        retryPolicy,
      }),
    });
    const grpcRouter = new mesh.VirtualRouter(this, 'GrpcRouter', {
      mesh: base.mesh,
      listeners: [mesh.VirtualRouterListener.grpc(9000)],
    });
    grpcRouter.addRoute('Grpc', {
      routeSpec: mesh.RouteSpec.grpc({
        match: {
          serviceName: 'shop.Prices',
          methodName: 'Get',
          metadata: [mesh.HeaderMatch.valueIs('m', 'x')],
        },
        weightedTargets: [weighted(grpc)],
        retryPolicy: { ...retryPolicy, grpcRetryEvents: [mesh.GrpcRetryEvent.UNAVAILABLE] },
      }),
    });
    const tcpRouter = new mesh.VirtualRouter(this, 'TcpRouter', {
      mesh: base.mesh,
      listeners: [mesh.VirtualRouterListener.tcp(6379)],
    });
    tcpRouter.addRoute('Tcp', {
      routeSpec: mesh.RouteSpec.tcp({
        weightedTargets: [weighted(tcp)],
        timeout: { idle: Duration.hours(1) },
      }),
    });
  }

  gateways(base, { cart, stock }, validation) {
    const door = new mesh.VirtualGateway(this, 'Door', {
      mesh: base.mesh,
      virtualGatewayName: 'door',
      listeners: [
        mesh.VirtualGatewayListener.http({
          port: 8088,
          connectionPool: { maxConnections: 100 },
          healthCheck: mesh.HealthCheck.http({}),
          tls: {
            mode: mesh.TlsMode.STRICT,
            certificate: mesh.TlsCertificate.file('/keys/cert.pem', '/keys/key.pem'),
            mutualTlsValidation: validation,
          },
        }),
      ],
      backendDefaults: { tlsClientPolicy: { ports: [443], validation } },
      accessLog: mesh.AccessLog.fromFilePath('/dev/stdout'),
    });
    door.addGatewayRoute('Http', {
      gatewayRouteName: 'http',
      routeSpec: mesh.GatewayRouteSpec.http({
        routeTarget: cart,
        priority: 10,
        match: {
          path: mesh.HttpGatewayRoutePathMatch.startsWith('/cart/', '/'),
          hostname: mesh.GatewayRouteHostnameMatch.endsWith('.example.com'),
          method: mesh.HttpRouteMethod.GET,
          headers: [mesh.HeaderMatch.valueIs('a', 'x')],
          queryParameters: [mesh.QueryParameterMatch.valueIs('q', 'x')],
          rewriteRequestHostname: false,
        },
      }),
    });
    const http2 = new mesh.VirtualGateway(this, 'Http2Door', {
      mesh: base.mesh,
      listeners: [mesh.VirtualGatewayListener.http2({ port: 8089, connectionPool: { maxRequests: 10 } })],
    });
    http2.addGatewayRoute('Http2', {
      routeSpec: mesh.GatewayRouteSpec.http2({
        routeTarget: stock,
        match: { path: mesh.HttpGatewayRoutePathMatch.exactly('/stock', '/'), port: 8089 },
      }),
    });
    const grpc = new mesh.VirtualGateway(this, 'GrpcDoor', {
      mesh: base.mesh,
      listeners: [mesh.VirtualGatewayListener.grpc({ port: 9001 })],
    });
    grpc.addGatewayRoute('Grpc', {
      routeSpec: mesh.GatewayRouteSpec.grpc({
        routeTarget: stock,
        match: {
          serviceName: 'shop.Stock',
          hostname: mesh.GatewayRouteHostnameMatch.exactly('stock.example.com'),
          metadata: [mesh.HeaderMatch.valueDoesNotStartWith('m', 'x')],
        },
      }),
    });
  }
}
