import { Argument, type Command } from 'commander';
import { withEndpoint } from '../options.ts';

/** The options that `withProxy` adds, besides an endpoint. */
export type ProxyFlags = { readonly features?: string };

/** Adds the argument and flags that name a connected or hypothetical proxy, and those of the control plane. */
export function withProxy(command: Command): Command {
  const withNode = command
    .addArgument(new Argument('<node>', 'mesh/M/virtualNode/N, mesh/M/virtualGateway/G, or its ARN'))
    .option(
      '--features <list>',
      'the configuration for a proxy that reports these features: ipv6, ipv6=false, appAddress=IP, sds, files, ecds, recentHttp, chainMatcher, longHeaders, metricExtension, names, loopbackEgress, traceContext=FORMAT/FORMAT, sampledParents, untraced, otlpLogs, mtls, or none',
    );
  return withEndpoint(withNode);
}
