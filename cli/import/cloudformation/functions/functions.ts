import type { TemplateFunction } from '../stack.ts';
import { cidr } from './cidr.ts';
import { and, equals, ifElse, not, or } from './conditions.ts';
import { findInMap } from './find-in-map.ts';
import { length, toJsonString } from './extensions.ts';
import { base64, join, select, split } from './lists.ts';
import { getAtt, importValue, ref } from './references.ts';
import { sub } from './sub.ts';

/** All functions, by the name of the long form. */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  Ref: ref,
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': ifElse,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': importValue,
  'Fn::Base64': base64,
  'Fn::Cidr': cidr,
  'Fn::Length': length,
  'Fn::ToJsonString': toJsonString,
  'Fn::Equals': equals,
  'Fn::And': and,
  'Fn::Or': or,
  'Fn::Not': not,
};
