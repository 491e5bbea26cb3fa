import { Argument, type Command } from 'commander';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Selection } from '../get/select.ts';
import { flag } from '../options.ts';
import { KIND_WORDS, parseKind } from '../resources/kinds.ts';

/** The options that `withMesh` adds. */
export type MeshFlags = { readonly mesh?: string; readonly meshOwner?: string };

/** The options that `withParents` adds. */
export type ParentFlags = { readonly virtualRouter?: string; readonly virtualGateway?: string };

/** Adds the flags that name a mesh. */
export function withMesh(command: Command): Command {
  return command
    .addOption(flag('--mesh <name>', 'the mesh of documents that do not name one'))
    .addOption(flag('--mesh-owner <account>', 'the account that owns a shared mesh'));
}

/** Adds the flags that name the parent of a route or gateway route. */
export function withParents(command: Command): Command {
  return command
    .option('--virtual-router <name>', 'the virtual router of a route')
    .option('--virtual-gateway <name>', 'the virtual gateway of a gateway route');
}

/** Creates the argument for a kind of resource, by any of its words. */
export function kindArgument(name: string): Argument {
  return new Argument(name, 'the kind of resource').choices(KIND_WORDS).argParser(parseKind);
}

/** Builds the selection of the resources that a command names. */
export function selectionOf(
  kind: ApiKind,
  name: string | undefined,
  options: MeshFlags & ParentFlags,
): Selection {
  const { mesh, meshOwner, virtualRouter, virtualGateway } = options;
  return { kind, name, mesh, meshOwner, virtualRouter, virtualGateway };
}
