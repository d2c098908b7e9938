import * as z from 'zod';
import { clusterAccess } from '../cluster/api/access';
import type { ClusterAccess } from '../cluster/api/cluster-access';
import { ApiClient, ApiError, ApiUnreachable } from '../cluster/api/client';
import { ClusterClock } from '../cluster/core/cluster-clock';
import { collections } from '../cluster/collections';
import { UserError } from '../common/user-error';
import { error, type Finding, note, ok, warning } from './finding';

export interface ClusterFlags {
  kubeconfig?: string;
  context?: string;
  /** As `afterlog watch --namespace`: none is all. */
  namespaces: readonly string[];
  /** The Lease of the leader election. */
  lease: { name: string; namespace?: string };
}

/** A right as the API server is asked for it. */
interface Right {
  verb: string;
  group: string;
  resource: string;
  namespace?: string;
  name?: string;
}

const NOTICEABLE_MS = 10_000;

/**
 * What `afterlog watch` may do under this identity: every right that it uses is asked of the API server with a
 * SelfSubjectAccessReview (authorization.k8s.io/v1), which everybody may do.
 */
export async function checkWatchRights(flags: ClusterFlags, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  let access: ClusterAccess;
  try {
    access = clusterAccess({ ...flags, env });
  } catch (problem) {
    if (!(problem instanceof UserError)) {
      throw problem;
    }
    const asked = flags.kubeconfig !== undefined || (env.KUBECONFIG ?? '') !== '';
    const todo = 'Run it in the pod of the watch, or give --kubeconfig.';
    return [
      asked
        ? error('watch.cluster', problem.message, todo)
        : note('watch.cluster', 'no cluster to ask from here', todo),
    ];
  }
  const clock = new ClusterClock();
  const client = new ApiClient(access, clock);
  try {
    return [...(await ask(client, flags, access)), ...clockOf(clock)];
  } catch (problem) {
    if (!(problem instanceof ApiError || problem instanceof ApiUnreachable)) {
      throw problem;
    }
    return [error('watch.cluster', problem.message, `Look at the address and the credentials (${access.origin}).`)];
  } finally {
    await client.close();
  }
}

async function ask(client: ApiClient, flags: ClusterFlags, access: ClusterAccess): Promise<Finding[]> {
  const wanted = readingRights(flags.namespaces);
  const lease = leaseRights(flags.lease, access.namespace);
  const denied = await filterDenied(client, wanted);
  const deniedLease = await filterDenied(client, lease);
  const who = await identity(client);
  const as = who === undefined ? access.origin : who;
  if (denied.length === wanted.length && deniedLease.length === lease.length) {
    return [
      note(
        'watch.rights',
        `${as} has none of the rights of the watch`,
        'That is right for an agent. For the watch: kubectl -n afterlog exec deploy/afterlog-watch -- afterlog doctor --only watch'
      ),
    ];
  }
  return [
    denied.length === 0
      ? ok('watch.rights', `${as} may list and watch all that the watch reads`)
      : error(
          'watch.rights',
          `${as} may not ${denied.map(nameOf).join(', ')}`,
          'Grant it as deploy/manifests/watch-rbac.yaml does: what is not watched lowers confidences, or leaves causes unknown.'
        ),
    ...(lease.length === 0
      ? []
      : [
          deniedLease.length === 0
            ? ok('watch.lease', `${as} may hold the Lease ${flags.lease.name}`)
            : warning(
                'watch.lease',
                `${as} may not ${deniedLease.map(nameOf).join(', ')}`,
                'Grant it as the Role in deploy/manifests/watch-rbac.yaml does, or run one replica with --no-leader-election.'
              ),
        ]),
  ];
}

function readingRights(namespaces: readonly string[]): Right[] {
  return collections(namespaces).flatMap(({ kind, namespace, paths }) =>
    ['list', 'watch'].map((verb) => ({
      verb,
      group: /^\/apis\/([^/]+)\//.exec(paths[0] ?? '')?.[1] ?? '',
      resource: kind,
      ...(namespace !== null && { namespace }),
    }))
  );
}

function leaseRights({ name, namespace: given }: ClusterFlags['lease'], own: string | undefined): Right[] {
  const namespace = given ?? own;
  const lease = { group: 'coordination.k8s.io', resource: 'leases' };
  return namespace === undefined
    ? []
    : [
        { ...lease, verb: 'create', namespace },
        { ...lease, verb: 'get', namespace, name },
        { ...lease, verb: 'update', namespace, name },
      ];
}

const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) });

async function filterDenied(client: ApiClient, rights: readonly Right[]): Promise<Right[]> {
  const allowed = await Promise.all(
    rights.map(async (resourceAttributes) => {
      const review = await client.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      });
      return reviewSchema.parse(review).status.allowed;
    })
  );
  return rights.filter((_, i) => allowed[i] === false);
}

const selfSchema = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/** Who the API server takes this for; undefined before Kubernetes 1.28, which cannot say. */
async function identity(client: ApiClient): Promise<string | undefined> {
  try {
    const review = await client.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });
    return selfSchema.safeParse(review).data?.status.userInfo.username;
  } catch (problem) {
    if (problem instanceof ApiError) {
      return undefined;
    }
    throw problem;
  }
}

function nameOf({ verb, resource, namespace, name }: Right): string {
  return `${verb} ${resource}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

function clockOf({ skew }: ClusterClock): Finding[] {
  const seconds = Math.round(Math.abs(skew) / 1000);
  return [
    Math.abs(skew) > NOTICEABLE_MS
      ? warning(
          'watch.clock',
          `this clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} the API server's`,
          'Set both clocks with NTP.'
        )
      : ok('watch.clock', "this clock and the API server's agree"),
  ];
}
