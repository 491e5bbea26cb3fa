// The console's own endpoints, under `/console/`: types only, without imports, so that the pages compile against them as well. The
// pages read all other data from the API itself, with the cookie of their session.
//
// Errors have the API's form: a JSON body `{message}`, and the code in the header `x-amzn-ErrorType`. Times are in ISO 8601, UTC.

/** The header that each request of a session that is neither GET nor HEAD has to carry, with the session's `token`. */
export const TOKEN_HEADER = 'x-daybreak-token';

/**
 * `GET /console/session`, `POST /console/session` (sign in) and `DELETE /console/session` (sign out).
 * `signed out`: the control plane has credentials, and the browser no session. `open`: the control plane has none, so any client that
 * reaches it may write; the pages have to say so. `signed in`: calls act as that user.
 */
export type ConsoleSession = SignedOut | OpenAccess | SignedIn;

/** No session. `mayStart`: whether this connection may sign in (TLS or loopback). */
export type SignedOut = { readonly state: 'signed out'; readonly mayStart: boolean };

/** Authentication is off. `token` is empty, and needs not be sent. */
export type OpenAccess = {
  readonly state: 'open';
  readonly account: string;
  readonly token: '';
  readonly actions: AllowedActions;
  readonly readOnly: false;
};

/** A session of a user. */
export type SignedIn = {
  readonly state: 'signed in';
  readonly user: { readonly arn: string; readonly name: string; readonly account: string };
  /** The value of `TOKEN_HEADER`. */
  readonly token: string;
  /** The end of the session, whatever happens: 8 hours after it began, or the end of its key. */
  readonly endsAt: string;
  /** How long the session lasts without a further request, in seconds. */
  readonly idleSeconds: number;
  readonly actions: AllowedActions;
  /** Whether the user may make no change at all: the pages show no button. */
  readonly readOnly: boolean;
};

/**
 * Which actions the caller's policies allow, by their names (`appmesh:UpdateRoute`, `daybreak:GetStatus`, …). `some`: it depends on the
 * resource; ask `GET /console/permissions`.
 */
export type AllowedActions = Readonly<Record<string, 'all' | 'some' | 'none'>>;

/** The body of `POST /console/session`. A failed attempt is 403; the sixth within a minute from one address 429 with `Retry-After`. */
export type SignIn = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only for a temporary key. */
  readonly sessionToken?: string;
};

/** `GET /console/permissions?resource=ARN`: whether the caller may do each action on one resource, which need not exist. */
export type Permissions = {
  readonly resource: string;
  readonly actions: Readonly<Record<string, boolean>>;
};

/** `POST /console/links`, signed like any call of the API: a link that signs its user in, once and within a minute. */
export type ConsoleLink = {
  /** The path of the link, e.g. `/console/link/…`; of the console itself if authentication is off. */
  readonly path: string;
  /** Undefined for a link that does not expire. */
  readonly expiresAt?: string;
};

/** The name of a resource. */
export type ResourceName = {
  /** `mesh`, `virtualNode`, `route`, `meshIdentity`, … */
  readonly kind: string;
  /** The account that owns the mesh. */
  readonly owner: string;
  readonly mesh: string;
  /** The virtual router of a route, the virtual gateway of a gateway route, else empty. */
  readonly parent: string;
  readonly name: string;
  readonly arn: string;
};

/** A specification, as in the API. */
export type Spec = Readonly<Record<string, unknown>>;

/**
 * `GET /console/model?mesh=M[&owner=ACCOUNT]`: all resources of a mesh that the caller may describe, in one response. It has an `ETag`; a
 * request with that value in `If-None-Match` is answered 304 as long as nothing changed. A caller without any right to describe gets 403.
 */
export type MeshResources = {
  readonly mesh: string;
  readonly owner: string;
  /** The revision of the model: changes up to this one are in the resources. */
  readonly revision: number;
  readonly resources: readonly ResourceState[];
};

/** A resource as it is. */
export type ResourceState = Omit<ResourceName, 'owner' | 'mesh'> & {
  /** Another resource of the same name has another one. */
  readonly uid: string;
  readonly version: number;
  readonly updatedAt: string;
  readonly spec: Spec;
};

/**
 * `GET /console/history?mesh=M[&owner=ACCOUNT][&kind=K&name=N[&parent=P]][&limit=50][&before=ID]`: the changes of a mesh, or of one
 * resource, the newest first. The control plane keeps the last 20 changes of each resource, for 30 days. `limit`: 1 to 200.
 */
export type History = {
  readonly changes: readonly SpecChange[];
  /** The `before` of the next page; undefined on the last one. */
  readonly next?: string;
};

/** One change of one resource. */
export type SpecChange = {
  /** Names this change: `REVISION.STEP`. */
  readonly id: string;
  /** The revision of the model that contains the change. */
  readonly revision: number;
  readonly resource: ResourceName;
  readonly change: 'create' | 'update' | 'delete';
  readonly at: string;
  /** The ARN of the user; undefined if authentication was off. */
  readonly by?: string;
  readonly source: 'api' | 'console';
  /** The id of the change that this one undid. */
  readonly undoes?: string;
  /** Undefined for a creation. */
  readonly before?: Version;
  /** Undefined for a deletion. */
  readonly after?: Version;
};

/** A version of a resource. `version`: as in the API's metadata. */
export type Version = { readonly version: number; readonly spec: Spec };

/**
 * The body of `POST /console/undo`: gives the resource the specification that it had before a change, as a new version. The call is
 * checked, authorized and audited like the operation that it amounts to: an update, for an undone deletion a creation, for an undone
 * creation a deletion.
 */
export type Undo = {
  readonly mesh: string;
  readonly owner?: string;
  /** The id of the change. */
  readonly change: string;
  /** As in the API's header `If-Match`: 412 PreconditionFailedException if the resource has changed meanwhile. */
  readonly ifMatch?: string;
};

/** The response of `POST /console/undo`. `operation`: the one that was carried out, `none` if nothing had to change. */
export type Undone = {
  readonly operation: string;
  readonly resource: ResourceName;
  /** Undefined after a deletion. */
  readonly version?: number;
  readonly revision: number;
};

/**
 * The body of `POST /console/preview`: a call of the API that is only tried. `operation`: `CreateRoute`, `UpdateRoute`, `DeleteRoute`, …;
 * `input`: all its parameters, those of the path included, by the names of the API. A call that would be refused fails with the same error.
 */
export type PreviewRequest = {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/** The effect of a change that was not made. */
export type ChangePreview = {
  /** The revision of the model that the change was tried on. */
  readonly revision: number;
  readonly resource: ResourceName;
  /** `none`: the resource is as wanted already. */
  readonly change: 'create' | 'update' | 'delete' | 'none';
  readonly before?: Version;
  readonly after?: Version;
  /** The proxies with another configuration, sorted by name; a proxy that only might have been concerned is left out. */
  readonly proxies: readonly TouchedProxy[];
  /** Configurations whose differences are left out, because the response would be too long: their `differences` are undefined. */
  readonly omitted: number;
};

/** A proxy that a change touches. Proxies of one resource with different features have one entry each. */
export type TouchedProxy = {
  /** E.g. `mesh/default/virtualNode/colorgateway-vn`. */
  readonly resource: string;
  /** The connected proxies that get this configuration. 0: none is connected, and the differences are those of a usual one. */
  readonly connected: number;
  readonly differences?: readonly ResourceDifference[];
  /** The parts of the model without effect on this proxy that the change adds and removes. */
  readonly problems: { readonly added: readonly ModelProblem[]; readonly removed: readonly ModelProblem[] };
};

/** A part of the model that has no effect. */
export type ModelProblem = { readonly where: string; readonly what: string };

/** The difference of one resource of Envoy, in Envoy's JSON, without private keys. */
export type ResourceDifference = {
  /** `Listener`, `Cluster`, `RouteConfiguration`, `ClusterLoadAssignment`, … */
  readonly type: string;
  readonly name: string;
  /** Undefined if it is added. */
  readonly before?: Spec;
  /** Undefined if it is removed. */
  readonly after?: Spec;
};

/** `GET /console/proxy?node=mesh/M/virtualNode/N[&instance=I]`: the configuration of each connected proxy of a resource, resource by resource. */
export type ProxyDetails = {
  readonly resource: string;
  readonly proxies: readonly ProxyDetail[];
};

/** One connected proxy. */
export type ProxyDetail = {
  /** As in `GET /status`. */
  readonly instance: string;
  readonly peer: string;
  readonly state: 'in sync' | 'updating' | 'refused' | 'waiting' | 'orphaned';
  readonly resources: readonly ProxyResource[];
};

/** One resource of Envoy, from the model to the proxy. The contents are there only where the versions differ; `/config-dump` has all. */
export type ProxyResource = {
  readonly type: string;
  readonly name: string;
  /**
   * `in sync`: the proxy acknowledged the intended version. `waiting`: it was sent, and has not answered. `not sent`: it was not sent yet.
   * `refused`: the proxy refused a response with this resource; `error` has Envoy's words.
   */
  readonly state: 'in sync' | 'waiting' | 'not sent' | 'refused';
  readonly error?: string;
  /** From the model as it is now. Undefined: the proxy should not have it. */
  readonly intended?: ResourceVersion;
  /** The version that the server sent last. */
  readonly served?: ResourceVersion;
  /**
   * The version that the proxy acknowledged, if that is the one that was served last; its content is that of `served`. Undefined while the
   * proxy has not answered, or has refused: the server does not keep which version the proxy acknowledged before.
   */
  readonly acknowledged?: ResourceVersion;
};

/** A version of a resource of Envoy. */
export type ResourceVersion = { readonly version: string; readonly content?: Spec };

/**
 * The events of `GET /console/events[?mesh=M[&owner=ACCOUNT]]`, as server-sent events: `event` is the member's name, `data` its value.
 * Without a mesh: of all meshes that the caller may see. 503 with `Retry-After` if too many readers are connected.
 */
export type ConsoleEvents = {
  /** The first event. After a reconnect, a higher `revision` than the last one seen means that changes were missed. */
  readonly hello: { readonly revision: number; readonly at: string };
  /** A commit. */
  readonly change: {
    readonly revision: number;
    readonly at: string;
    readonly changes: readonly {
      readonly resource: ResourceName;
      readonly change: 'put' | 'delete';
      /** Undefined for a deletion. */
      readonly version?: number;
    }[];
  };
  /** How far the configurations of a revision are: at once, then at most five times a second, and at the end (`done`). */
  readonly progress: Progress;
  /** Proxies connected, left or changed their state: read `/status` again. At most once a second. */
  readonly proxies: { readonly at: string };
  /** The session ended. The stream ends with it. */
  readonly ended: { readonly reason: string };
};

/** The progress of one push: the changes up to `revision`, in the meshes that the caller may see. */
export type Progress = {
  readonly revision: number;
  /** When the changes were committed. */
  readonly since: string;
  readonly at: string;
  /** The connected proxies whose configuration changed. */
  readonly touched: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Touched proxies that disconnected before they had answered. */
  readonly gone: number;
  readonly done: boolean;
  /** The first 20. `error`: Envoy's words. */
  readonly refusals: readonly {
    readonly resource: string;
    readonly instance: string;
    readonly peer: string;
    readonly type: string;
    readonly error: string;
  }[];
};
