import { appendFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

// As much of Envoy as a supervisor sees: it starts, answers on its admin socket, drains, and ends as it is told.
const { values } = parseArgs({
  options: {
    admin: { type: 'string' },
    /** A line for each thing that happened. */
    journal: { type: 'string', default: '/dev/null' },
    ready: { type: 'string', default: 'LIVE' },
    connections: { type: 'string', default: '0' },
    exit: { type: 'string' },
    stubborn: { type: 'boolean', default: false },
  },
});
const note = (line: string) => appendFileSync(values.journal, `${line}\n`);
let connections = Number(values.connections);

note('started');
if (values.exit !== undefined) process.exit(Number(values.exit));
process.on('SIGTERM', () => {
  note('terminated');
  if (!values.stubborn) process.exit(0);
});

// A killed one leaves its socket, as Envoy does.
if (values.admin !== undefined) rmSync(values.admin, { force: true });
createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://envoy');
  switch (`${request.method} ${pathname}`) {
    case 'GET /ready':
      response.writeHead(values.ready === 'LIVE' ? 200 : 503).end(`${values.ready}\n`);
      return;
    case 'GET /stats': {
      const known = [
        { name: 'listener.admin.downstream_cx_active', value: 1 },
        { name: 'listener.0.0.0.0_15000.downstream_cx_active', value: connections },
        { name: 'cluster_manager.cds.update_success', value: 1 },
        { name: 'listener_manager.lds.update_success', value: 1 },
      ];
      const filter = searchParams.get('filter') ?? '';
      const wanted = new RegExp(filter);
      if (filter.includes('downstream_cx')) note('asked for connections');
      response.end(JSON.stringify({ stats: known.filter(({ name }) => wanted.test(name)) }));
      return;
    }
    case 'POST /drain_listeners':
      note(`drained ${searchParams.toString()}`);
      response.end('OK\n');
      return;
    case 'POST /connections-gone':
      connections = 0;
      response.end();
      return;
    default:
      response.writeHead(404).end();
  }
}).listen(values.admin);
