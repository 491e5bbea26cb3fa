// @ts-nocheck: aws-cdk-lib is installed elsewhere
// CDK, from the node_modules of the folder in the app's argument.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(join(resolve(process.argv[2] ?? '.'), 'package.json'));

export const cdk = require('aws-cdk-lib');
export const mesh = require('aws-cdk-lib/aws-appmesh');
export const acm = require('aws-cdk-lib/aws-certificatemanager');
export const pca = require('aws-cdk-lib/aws-acmpca');
export const cloudMap = require('aws-cdk-lib/aws-servicediscovery');
