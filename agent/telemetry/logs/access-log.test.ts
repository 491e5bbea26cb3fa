import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { TRACE_ID_ATTRIBUTE } from '../../../common/contracts/access-log.ts';
import { ResourceLogsSchema } from '../otlp/generated/opentelemetry/proto/logs/v1/logs_pb.ts';
import { ResourceSchema } from '../otlp/generated/opentelemetry/proto/resource/v1/resource_pb.ts';
import { attribute, plainAttributes } from '../traces/attribute.ts';
import { completeAccessLog } from './access-log.ts';

const RESOURCE = create(ResourceSchema, {
  attributes: [attribute('daybreak.mesh', 'm')].flatMap((each) => each ?? []),
});
const ID = '67891233abcdef012345678912345678';

test.each([
  ["X-Ray's form", '1-67891233-abcdef012345678912345678', new Uint8Array(), ID],
  ["W3C's form", ID, new Uint8Array(), ID],
  ['no trace', '-', new Uint8Array(), ''],
  ["the record's own id", '-', Buffer.from(ID, 'hex'), ID],
])('%s', (_, text, traceId, wanted) => {
  const logs = create(ResourceLogsSchema, {
    scopeLogs: [
      {
        logRecords: [
          {
            traceId,
            attributes: [
              attribute('url.path', '/a'),
              attribute('http.response.status_code', 200),
              attribute('user_agent.original', '-'),
              attribute(TRACE_ID_ATTRIBUTE, text),
            ].flatMap((each) => each ?? []),
          },
        ],
      },
    ],
  });
  const [completed] = completeAccessLog([logs], RESOURCE);
  expect(completed?.resource).toBe(RESOURCE);
  const record = completed?.scopeLogs[0]?.logRecords[0];
  expect(Buffer.from(record?.traceId ?? []).toString('hex')).toBe(wanted);
  expect(plainAttributes(record?.attributes ?? [])).toEqual({
    'url.path': '/a',
    'http.response.status_code': 200,
  });
});
