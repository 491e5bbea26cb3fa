// @ts-nocheck: the script of the test installs the SDK in a folder of its own.
// An application with X-Ray's SDK for Node: a segment with a subsegment, and a request for the sampling rules. The argument is the daemon's port.
const xray = require('aws-xray-sdk-core');
const connector = require('aws-xray-sdk-core/dist/lib/middleware/sampling/service_connector');

const address = `127.0.0.1:${process.argv[2]}`;
xray.setDaemonAddress(address);
connector.fetchSamplingRules((error, rules) => {
  if (error) throw error;
  const segment = new xray.Segment('shop-node');
  const call = segment.addNewSubsegment('teller');
  call.addAnnotation('order', 'blue');
  call.close();
  segment.close();
  process.stdout.write(`${rules.length}\n`);
});
