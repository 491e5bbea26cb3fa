import { awsPartition } from '../../../common/aws-partition.ts';
import { ACCOUNT_KEY } from '../open-values.ts';
import type { Path } from '../place.ts';
import { Open, type Question } from '../source.ts';
import { fault, type Stack } from './stack.ts';
import { NO_VALUE, type Value } from './value.ts';

/** Whether a name is the name of a pseudo parameter. */
export function isPseudo(name: string): boolean {
  return name.startsWith('AWS::');
}

/** Returns the value of a pseudo parameter. */
export function pseudoParameter(stack: Stack, name: string, path: Path): Value {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const { account, region, name: stackName } = stack.environment;
  switch (name) {
    case 'AWS::AccountId':
      return account ?? answered(stack, question(ACCOUNT_KEY, 'the account', '--account ID'));
    case 'AWS::Region':
      return region ?? answered(stack, question(name, 'the region', '--region REGION'));
    case 'AWS::Partition':
      return region === undefined
        ? answered(stack, question('AWS::Region', 'the region', '--region REGION'))
        : awsPartition(region).name;
    case 'AWS::URLSuffix':
      return region === undefined
        ? answered(stack, question('AWS::Region', 'the region', '--region REGION'))
        : awsPartition(region).domain;
    case 'AWS::StackName':
      return (
        stackName ?? answered(stack, question(name, 'the name of the stack', `--parameter ${name}=NAME`))
      );
    case 'AWS::StackId':
      return (
        stack.described?.id ??
        answered(stack, question(name, 'the ARN of the stack', `--parameter ${name}=ARN`))
      );
    case 'AWS::NotificationARNs':
      return answered(stack, question(name, 'the list of notification topics', `--parameter ${name}=ARN`));
    default:
      return fault(stack, path, `${name} is not a pseudo parameter`);
  }
}

function question(key: string, what: string, flag: string): Question {
  return { key, why: `${what} is unknown`, flags: [flag] };
}

// CloudFormation generates the name of a nested stack, so the answers do not apply to it.
function answered({ answers, template, given }: Stack, asked: Question): Value {
  const answer = given === undefined ? answers.take(asked.key, template.file) : undefined;
  return answer ?? new Open([asked]);
}
