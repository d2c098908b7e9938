import os from 'node:os';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { clusterAccess } from '../cluster/api/access';
import { ApiClient } from '../cluster/api/client';
import { deadline } from '../cluster/api/pause';
import { ClusterClock } from '../cluster/core/cluster-clock';
import { LeaseElection } from '../cluster/lease';
import { watchMetrics } from '../cluster/metrics';
import { type SessionOptions, WatchSession } from '../cluster/session';
import { preferSmallHeap } from '../cluster/small-heap';
import { type Readiness, serveStatus } from '../cluster/status-server';
import { addLokiOptions, lokiOptionsFrom } from '../config/loki-options';
import { connectLoki } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { RecordWriter } from '../loki/record-writer';
import { createLogger, type Logger, logLevels } from '../common/log';
import { UserError } from '../common/user-error';

const IN_CLUSTER = 'service account';
const MAX_PENDING_BYTES = 4 * 1024 * 1024;
const CLOSE_MS = 5000;

/** `afterlog watch`: what the API server shows, as records in Loki. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('Watch Jobs, CronJobs, pods, nodes and Events, and write their records to Loki.')
    .option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, else the service account, else ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig (default: its current-context)')
    .option('--namespace <name>', 'watch this namespace only; may be given several times', collect, [])
    .option('--cluster.name <name>', 'name of the cluster in the records', 'default')
    .option('--leader-election', 'only one of several replicas writes (default in a cluster)')
    .option('--no-leader-election', 'write without asking (default outside of one)')
    .option('--lease.name <name>', 'Lease for the leader election', 'afterlog-watch')
    .option('--lease.namespace <name>', "its namespace (default: the pod's or the context's)")
    .option('--listen <address>', 'where to serve /metrics, /ready and /healthz', '127.0.0.1:9596')
    .option('--once', 'list everything once, write its records, and end')
    .addOption(new Option('--log.level <level>', 'how much to log').choices(logLevels).default('info'));
  return addLokiOptions(command).action(async () => {
    await watch(flagsSchema.parse(command.opts()), command.opts());
  });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

// Commander's names for the flags above.
const flagsSchema = z.object({
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  namespace: z.array(z.string()),
  'cluster.name': z.string(),
  leaderElection: z.boolean().optional(),
  'lease.name': z.string(),
  'lease.namespace': z.string().optional(),
  listen: z.string(),
  once: z.boolean().optional(),
  'log.level': z.enum(logLevels),
});
type Flags = z.infer<typeof flagsSchema>;

async function watch(flags: Flags, values: Record<string, unknown>): Promise<void> {
  preferSmallHeap();
  const logger = createLogger(flags['log.level']);
  const access = clusterAccess({ kubeconfig: flags.kubeconfig, context: flags.context, env: process.env });
  const connection = connectLoki(lokiOptionsFrom(values, process.env));
  const clock = new ClusterClock();
  const client = new ApiClient(access, clock);
  const writer = new RecordWriter(connection, { logger, maxPendingBytes: MAX_PENDING_BYTES });
  const session: SessionOptions = {
    client,
    clock,
    loki: new QueryClient(connection),
    writer,
    cluster: flags['cluster.name'],
    namespaces: flags.namespace,
    identity: identity(),
    logger,
  };
  const stop = stopSignal(logger);
  logger.info('watching', { server: client.server, as: access.origin, loki: connection.url, cluster: session.cluster });
  try {
    if (flags.once === true) {
      await once(session, stop);
    } else {
      const inCluster = access.origin === IN_CLUSTER;
      const election = (flags.leaderElection ?? inCluster) ? electionOf(flags, access.namespace, session) : undefined;
      await serve(flags.listen, session, election, stop);
    }
  } finally {
    const { undelivered } = await writer.close(CLOSE_MS);
    if (undelivered.length > 0) {
      logger.error('Loki did not take all records', { undelivered: undelivered.length });
      process.exitCode = 1;
    }
    await Promise.all([connection.close(), client.close()]);
  }
}

/** A pod's name is unique in its cluster; elsewhere the process id has to help. */
function identity(): string {
  return process.env.POD_NAME ?? `${os.hostname()}_${process.pid}`;
}

function stopSignal(logger: Logger): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      logger.info('ending', { signal: name });
      stop.abort();
    });
  }
  return stop.signal;
}

function electionOf(
  flags: Flags,
  namespace: string | undefined,
  { client, identity: id, logger }: SessionOptions
): LeaseElection {
  const where = flags['lease.namespace'] ?? process.env.POD_NAMESPACE ?? namespace;
  if (where === undefined) {
    throw new UserError(
      'leader election needs a namespace for its Lease: give --lease.namespace, or --no-leader-election'
    );
  }
  return new LeaseElection({ client, namespace: where, name: flags['lease.name'], identity: id, logger });
}

async function once(options: SessionOptions, stop: AbortSignal): Promise<void> {
  const session = new WatchSession(options);
  const failed = await session.once(stop);
  await options.writer.flush();
  const { acknowledged, refused } = options.writer.statistics;
  const objects = Object.entries(session.clusterState.trackers).map(([kind, { size }]) => `${size} ${kind}`);
  process.stdout.write(`listed ${objects.join(', ')}; ${acknowledged} records are in Loki, ${refused} were refused\n`);
  for (const [collection, reason] of failed) {
    process.stderr.write(`afterlog: could not list ${collection}: ${reason}\n`);
  }
  process.exitCode = failed.size > 0 || refused > 0 ? 1 : 0;
}

/** Leads when it may, stands by when it may not, until it is told to stop. */
async function serve(
  listen: string,
  options: SessionOptions,
  election: LeaseElection | undefined,
  stop: AbortSignal
): Promise<void> {
  let session: WatchSession | undefined;
  const registry = watchMetrics({
    writer: options.writer,
    session: () => session,
    clockSkew: () => options.clock.skew,
  });
  const status = await serveStatus(listen, registry, () => readinessOf(session, election, options.writer));
  options.logger.info('serving /metrics, /ready and /healthz', { url: status.url });
  try {
    while (!stop.aborted) {
      if (election !== undefined && !(await election.acquire(stop))) {
        break;
      }
      session = new WatchSession(options);
      const over = new AbortController();
      const end = () => over.abort();
      stop.addEventListener('abort', end);
      const held = election?.hold(stop).finally(end);
      await session.run(over.signal);
      stop.removeEventListener('abort', end);
      session = undefined;
      await held;
    }
    const inTime = deadline(new AbortController().signal, CLOSE_MS);
    await election?.release(inTime.signal);
    inTime.done();
  } finally {
    await status.close();
  }
}

function readinessOf(
  session: WatchSession | undefined,
  election: LeaseElection | undefined,
  writer: RecordWriter
): Readiness {
  if (session === undefined) {
    return { ready: true, role: 'standby', leader: election?.holder ?? '' };
  }
  const collections = session.watches.map(({ collection, watch }) => [
    collection.name,
    watch.detail === '' ? watch.state : `${watch.state}: ${watch.detail}`,
  ]);
  const { acknowledged, refused } = writer.statistics;
  return {
    ready: session.listed && session.delivering,
    role: 'leader',
    collections: Object.fromEntries(collections),
    delivering: session.delivering,
    records: { acknowledged, refused, pending: writer.pending },
  };
}
