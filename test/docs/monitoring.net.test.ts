import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, test } from 'vitest';
import { makeAgentHost, type AgentHost } from '../../agent/testing/agent-host.ts';
import { startMoto } from '../../controlplane/discovery/testing/moto.ts';
import { blockOf } from '../docker/testing/blocks.ts';
import { awsCommand, awsPython } from '../operations/clients/installed.ts';
import { MONITORING, metricsUsed } from './monitoring-files.ts';

// The example alarms and dashboards against real programs: an Envoy with its agent, the AWS SDK's model of CloudWatch, Prometheus's own checker.

let host: AgentHost | undefined;
let count = 0;
afterEach(() => {
  host?.remove();
  host = undefined;
});

/** Static resources that send requests on port 15010 to the listener on 15000, so that Envoy has an upstream. */
const THROUGH = `
static_resources:
  clusters:
    - name: through
      connect_timeout: 1s
      load_assignment:
        cluster_name: through
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 15000 } } } }] }]
  listeners:
    - name: through
      address: { socket_address: { address: 127.0.0.1, port_value: 15010 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: through
                http_filters: [{ name: envoy.filters.http.router, typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }]
                route_config: { virtual_hosts: [{ name: all, domains: ['*'], routes: [{ match: { prefix: / }, route: { cluster: through } }] }] }
`;

describe.each(['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'])('%s', (variable) => {
  test('a real Envoy has each metric of Envoy that the examples use, and its agent each of the agent', async () => {
    const made = await makeAgentHost(`dbpi-${process.pid}-o${(count += 1)}`);
    host = made;
    const file = join(made.folder, 'resources.yaml');
    writeFileSync(file, THROUGH);
    const env = { DAYBREAK_ENVOY: process.env[variable] ?? '', ENVOY_RESOURCES_CONFIG_FILE: file };
    const agent = await made.start(env);
    await expect.poll(async () => (await agent.status().catch(() => undefined))?.envoyState).toBe('LIVE');
    expect(await made.run('curl', '-s', '127.0.0.1:15010/')).toBe('hello\n');
    const envoy = await made.run('curl', '-s', '127.0.0.1:9901/stats/prometheus');
    const typed = new Set([...envoy.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
    expect(metricsUsed('envoy_').filter((name) => !typed.has(name))).toEqual([]);
    expect(envoy).toMatch(
      /envoy_http_downstream_rq_xx\{[^}]*envoy_response_code_class="2"[^}]*envoy_http_conn_manager_prefix="ingress"[^}]*\} 1$/m,
    );
    const own = await made.run('curl', '-s', '127.0.0.1:9902/metrics');
    // A problem has a line only while there is one.
    const used = metricsUsed('daybreak_agent_').filter((name) => !/_(problem|secret_\w+)$/.test(name));
    expect(used.filter((name) => !own.includes(`# TYPE ${name} `))).toEqual([]);
  });
});

const VALIDATE = `
import json, sys, botocore.session, botocore.validate
shape = botocore.session.get_session().get_service_model('cloudwatch').operation_model('PutMetricAlarm').input_shape
for alarm in json.load(open(sys.argv[1])):
    report = botocore.validate.ParamValidator().validate(alarm, shape)
    if report.has_errors(): sys.exit(alarm['AlarmName'] + ': ' + report.generate_report())
    print(alarm['AlarmName'])
`;

test("each CloudWatch alarm is an input of PutMetricAlarm by the AWS SDK's own model", () => {
  const { python, packages } = awsPython();
  const file = join(MONITORING, 'cloudwatch-alarms.json');
  const said = execFileSync(python, ['-c', VALIDATE, file], {
    env: { PYTHONPATH: packages },
    encoding: 'utf8',
  });
  expect(said.trim().split('\n').length).toBeGreaterThan(4);
});

test('the commands of docs/metrics.md create the alarms and the dashboard in CloudWatch', async () => {
  const moto = await startMoto();
  const env = {
    PATH: `${dirname(awsCommand())}:${process.env['PATH']}`,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_CLOUDWATCH: moto.endpoint,
  };
  const sh = (...lines: readonly string[]) =>
    execa('sh', ['-ec', lines.join('\n')], { cwd: MONITORING, env });
  try {
    await sh(...blockOf('docs/metrics.md', 'jq '));
    const { stdout: alarms } = await sh(
      "aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmName' --output json",
    );
    const { stdout: names } = await sh("jq '[.[].AlarmName]' cloudwatch-alarms.json");
    expect((JSON.parse(alarms) as string[]).toSorted()).toEqual((JSON.parse(names) as string[]).toSorted());
    const { stdout: dashboards } = await sh(
      "aws cloudwatch list-dashboards --query 'DashboardEntries[].DashboardName' --output json",
    );
    expect(JSON.parse(dashboards)).toEqual(['mesh']);
  } finally {
    await moto.stop();
  }
}, 300_000);

const PROMTOOL = '/usr/bin/promtool';

test.skipIf(!existsSync(PROMTOOL))(
  "promtool, of Debian's package prometheus, accepts the alerting rules",
  () => {
    const said = execFileSync(PROMTOOL, ['check', 'rules', join(MONITORING, 'prometheus-alerts.yaml')], {
      encoding: 'utf8',
    });
    expect(said).toContain('SUCCESS');
  },
);
