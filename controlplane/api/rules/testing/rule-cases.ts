import { expect, it } from 'vitest';
import { shapeViolations } from '../../validation/validate.ts';
import { ruleViolations } from '../rules.ts';

/** A specification, with the path and a part of the message of each violation; without any, it is accepted. */
export type Case = readonly [what: string, spec: object, ...wrong: Wrong[]];
type Wrong = readonly [path: string, constraint: string];

/** Tests the rules on specifications, each in an input of that shape; the model itself allows them all. */
export function check(shape: string, rows: readonly Case[]): void {
  it.each(rows.map((row) => ({ row })))(`${shape}: $row.0`, ({ row: [, spec, ...wrong] }) => {
    const input = { [NAME[shape] ?? '']: 'a', meshName: 'm', spec, ...PARENT[shape] };
    expect(shapeViolations(shape, input)).toEqual([]);
    const found = ruleViolations(shape, input).map(({ path, constraint }) => [path, constraint]);
    expect(found).toEqual(
      wrong.map(([path, constraint]) => [
        path === '' ? 'spec' : `spec.${path}`,
        expect.stringContaining(constraint),
      ]),
    );
  });
}

const NAME: Readonly<Record<string, string>> = {
  CreateVirtualNodeInput: 'virtualNodeName',
  CreateVirtualGatewayInput: 'virtualGatewayName',
  CreateVirtualRouterInput: 'virtualRouterName',
  CreateRouteInput: 'routeName',
  CreateGatewayRouteInput: 'gatewayRouteName',
};
const PARENT: Readonly<Record<string, object>> = {
  CreateRouteInput: { virtualRouterName: 'r' },
  CreateGatewayRouteInput: { virtualGatewayName: 'g' },
};
