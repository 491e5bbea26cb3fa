import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

const TOOLS = join(import.meta.dirname, '../../../.daybreak');

const CHECK = `
import json, sys, botocore.session, botocore.validate
shape = botocore.session.get_session().get_service_model('ecs').operation_model('RegisterTaskDefinition').input_shape
for definition in json.load(sys.stdin):
    report = botocore.validate.ParamValidator().validate(definition, shape)
    if report.has_errors(): print(report.generate_report())
`;

/**
 * Returns the faults that botocore's model of RegisterTaskDefinition finds in task definitions.
 * @throws Error if botocore cannot be had: `npm run setup` installs it
 */
export async function botocoreComplaints(definitions: readonly unknown[]): Promise<readonly string[]> {
  const aws = existsSync(TOOLS) ? readdirSync(TOOLS).find((each) => each.startsWith('aws-')) : undefined;
  const { stdout, stderr, exitCode } = await execa('python3', ['-c', CHECK], {
    input: JSON.stringify(definitions),
    env: aws === undefined ? {} : { PYTHONPATH: join(TOOLS, aws) },
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`botocore is needed (npm run setup installs it): ${stderr}`);
  return stdout === '' ? [] : stdout.split('\n');
}
