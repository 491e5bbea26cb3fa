import { installPythonProgram } from './python-program.mjs';

/** @import { Context } from '../context.mjs' */

const VERSION = '1.46.3';

/**
 * Installs the AWS command line and boto3, with which tests call the API. Later programs find the command by DAYBREAK_AWS, and boto3 in its
 * folder.
 * @param {Context} context
 */
export function installAws(context) {
  return installPythonProgram(context, {
    what: `AWS command line ${VERSION} and boto3`,
    doing: 'installing it from PyPI (40 MB, about 20 s)',
    folder: `aws-${VERSION}`,
    command: 'aws',
    variable: 'DAYBREAK_AWS',
    requirements: 'requirements-aws.txt',
    module: 'awscli',
    check: 'import awscli.clidriver, boto3',
  });
}
