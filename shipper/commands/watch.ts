import os from 'node:os';
import type { Command } from 'commander';
import * as z from 'zod';
import { AgentCensus } from '../cases/agent-census';
import { CaseLeader } from '../cases/case-leader';
import { annotationProblem } from '../cases/case-notices';
import { CaseNotifier } from '../cases/case-notifier';
import { addCaseMetrics } from '../cases/case-metrics';
import { clusterAccess } from '../cluster/api/access';
import { ApiClient } from '../cluster/api/client';
import { deadline } from '../cluster/api/pause';
import { ClusterClock } from '../cluster/core/cluster-clock';
import { LeaseElection } from '../cluster/lease';
import { watchMetrics } from '../cluster/metrics';
import { type SessionOptions, WatchSession } from '../cluster/session';
import { preferSmallHeap } from '../common/small-heap';
import { exitCode, type ExitCode } from '../common/exit-code';
import { hostPort, parseListen } from '../common/listen';
import { createLogger, type Logger, logLevels } from '../common/log';
import { type Readiness, serveStatus } from '../common/status-server';
import { UserError } from '../common/user-error';
import { CONFIG_ENVIRONMENT, type CommandInput, defineCommand } from '../config/command';
import { lokiGroup, lokiOptions } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { flag, parsedWith } from '../config/units';
import { connectLoki } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { RecordWriter } from '../loki/record-writer';
import { apiFlags, leaseFlags } from './api-flags';

const IN_CLUSTER = 'service account';
const MAX_PENDING_BYTES = 4 * 1024 * 1024;
const CLOSE_MS = 5000;

const watchGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    ...apiFlags,
    cluster: z.strictObject({
      name: z
        .string()
        .prefault('default')
        .describe('cluster name in the records')
        .register(flagForm, { value: 'name' }),
    }),
    'leader-election': flag
      .optional()
      .describe('let only one of several replicas write (default in a cluster; --no-leader-election outside)')
      .register(flagForm, { negatable: true }),
    lease: z.strictObject(leaseFlags),
    listen: parsedWith((text) => hostPort(parseListen(text)))
      .prefault('127.0.0.1:9596')
      .describe('address of /metrics, /ready and /healthz')
      .register(flagForm, { value: 'host:port' }),
    log: z.strictObject({
      level: z
        .enum(logLevels)
        .prefault('info')
        .describe(`log level: ${logLevels.join(', ')}`)
        .register(flagForm, { value: 'level' }),
    }),
    cases: flag
      .prefault(true)
      .describe('work lost-log cases out and write their records (default; --no-cases: each reader works them out)')
      .register(flagForm, { negatable: true }),
    notify: z.strictObject({
      events: flag
        .prefault(false)
        .describe(
          'write an Event on a Job whose logs were removed, for kubectl describe; needs the right to create Events'
        ),
      annotation: z
        .string()
        .optional()
        .check((context) => {
          const problem = annotationProblem(context.value ?? '');
          if (problem !== undefined) {
            context.issues.push({ code: 'custom', message: problem, input: context.value });
          }
        })
        .describe(
          'annotate a Job whose logs were removed with this text, as "{summary} {link}"; needs the right to patch Jobs and pods'
        )
        .register(flagForm, { value: 'template' }),
      'webhook-url': z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('send lost and partial logs there, in the format of Alertmanager’s webhooks')
        .register(flagForm, { value: 'url' }),
      'grafana-url': z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('address of Grafana, for links in Events, annotations and webhooks')
        .register(flagForm, { value: 'url' }),
    }),
    once: flag.prefault(false).describe('list all objects once, write their records, and exit'),
  }),
} satisfies SettingsGroup;
type WatchFlags = z.output<typeof watchGroup.schema>;

/** `afterlog watch`: what the API server shows, as records in Loki. */
export function watchCommand(): Command {
  return defineCommand({
    name: 'watch',
    description: 'Watch Jobs, CronJobs, pods, nodes and Events, and write their records to Loki.',
    groups: [watchGroup, lokiGroup],
    configEnvironment: CONFIG_ENVIRONMENT,
    examples: [
      ['watch --loki.url http://loki:3100 --cluster.name prod', 'watch the cluster of the current context'],
      ['watch --namespace batch --namespace etl', 'two namespaces'],
      ['watch --once', 'write one record of each object, then exit'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<ExitCode> {
  preferSmallHeap();
  const flags = input.read(watchGroup);
  const logger = createLogger(flags.log.level);
  const access = clusterAccess({ kubeconfig: flags.kubeconfig, context: flags.context, env: process.env });
  await access.credentials(); // a plugin that cannot log in is an error now, and later one that passes
  const connection = connectLoki(lokiOptions(input.read(lokiGroup), process.env));
  const clock = new ClusterClock();
  const client = new ApiClient(access, clock);
  const writer = new RecordWriter(connection, { logger, maxPendingBytes: MAX_PENDING_BYTES });
  const session: SessionOptions = {
    client,
    clock,
    loki: new QueryClient(connection),
    writer,
    cluster: flags.cluster.name,
    namespaces: flags.namespace,
    identity: identity(),
    logger,
  };
  const stop = stopSignal(logger);
  logger.info('watching', { server: client.server, as: access.origin, loki: connection.url, cluster: session.cluster });
  let complete = true;
  try {
    if (flags.once) {
      complete = await once(session, stop);
    } else {
      const inCluster = access.origin === IN_CLUSTER;
      const elects = flags['leader-election'] ?? inCluster;
      const election = elects ? electionOf(flags.lease, access.namespace, session) : undefined;
      await serve(flags, session, election, stop);
    }
  } finally {
    const { undelivered } = await writer.close(CLOSE_MS);
    if (undelivered.length > 0) {
      logger.error('Loki did not take all records', { undelivered: undelivered.length });
      complete = false;
    }
    await Promise.all([connection.close(), client.close()]);
  }
  return complete ? exitCode.ok : exitCode.failed;
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
  lease: WatchFlags['lease'],
  namespace: string | undefined,
  { client, identity: id, logger }: SessionOptions
): LeaseElection {
  const where = lease.namespace ?? process.env.POD_NAMESPACE ?? namespace;
  if (where === undefined) {
    throw new UserError(
      'leader election needs a namespace for its Lease: give --lease.namespace, or --no-leader-election'
    );
  }
  return new LeaseElection({ client, namespace: where, name: lease.name, identity: id, logger });
}

/** @returns whether everything could be listed, and Loki took all records */
async function once(options: SessionOptions, stop: AbortSignal): Promise<boolean> {
  const session = new WatchSession(options);
  const failed = await session.once(stop);
  await options.writer.flush();
  const { acknowledged, refused } = options.writer.statistics;
  const objects = Object.entries(session.clusterState.trackers).map(([kind, { size }]) => `${size} ${kind}`);
  process.stdout.write(`listed ${objects.join(', ')}; ${acknowledged} records are in Loki, ${refused} were refused\n`);
  for (const [collection, reason] of failed) {
    process.stderr.write(`afterlog: could not list ${collection}: ${reason}\n`);
  }
  return failed.size === 0 && refused === 0;
}

/** Leads when it may, stands by when it may not, until it is told to stop. */
async function serve(
  { listen, cases, notify }: Pick<WatchFlags, 'listen' | 'cases' | 'notify'>,
  options: SessionOptions,
  election: LeaseElection | undefined,
  stop: AbortSignal
): Promise<void> {
  const { clock } = options;
  let session: WatchSession | undefined;
  let work: CaseWork | undefined;
  const registry = watchMetrics({
    writer: options.writer,
    session: () => session,
    clockSkew: () => clock.skew,
  });
  addCaseMetrics(registry, {
    leader: () => work?.leader,
    census: () => work?.census,
    notifier: () => work?.notifier,
    seconds: () => clock.seconds(),
  });
  const status = await serveStatus(listen, {
    registry,
    readiness: () => readinessOf(session, election, options.writer),
  });
  options.logger.info('serving /metrics, /ready and /healthz', { url: status.url });
  try {
    while (!stop.aborted) {
      if (election !== undefined && !(await election.acquire(stop))) {
        break;
      }
      const leading = new WatchSession({ ...options, cases: () => work?.leader?.coverage() });
      session = leading;
      work = caseWork(options, leading, cases, notify);
      const over = new AbortController();
      const end = () => over.abort();
      stop.addEventListener('abort', end);
      const held = election?.hold(stop).finally(end);
      const { leader, census, notifier } = work;
      await Promise.all([session, leader, census, notifier].map((part) => part?.run(over.signal)));
      stop.removeEventListener('abort', end);
      session = undefined;
      work = undefined;
      await held;
    }
    const inTime = deadline(new AbortController().signal, CLOSE_MS);
    await election?.release(inTime.signal);
    inTime.done();
  } finally {
    await status.close();
  }
}

/** What the leader makes of the records that agents and watch have written. */
interface CaseWork {
  leader: CaseLeader | undefined;
  census: AgentCensus;
  /** Where notices go; undefined where nobody asked for any. */
  notifier: CaseNotifier | undefined;
}

function caseWork(
  options: SessionOptions,
  session: WatchSession,
  cases: boolean,
  { events, annotation, 'webhook-url': webhookUrl, 'grafana-url': grafanaUrl }: WatchFlags['notify']
): CaseWork {
  const { clock } = options;
  const shared = { ...options, now: () => BigInt(clock.seconds()) * 1_000_000_000n };
  const state = session.clusterState;
  const notifier =
    cases && (events || annotation !== undefined || webhookUrl !== undefined)
      ? new CaseNotifier({
          ...{ ...shared, events, annotation, webhookUrl, grafanaUrl },
          jobUid: (namespace, name) => state.jobUid(namespace, name),
          hasPod: (uid) => state.trackers.pods.has(uid),
        })
      : undefined;
  return {
    notifier,
    leader: cases ? new CaseLeader({ ...shared, written: (changes) => notifier?.take(changes) }) : undefined,
    census: new AgentCensus({ ...shared, nodes: () => session.clusterState.nodeNames() }),
  };
}

function readinessOf(
  session: WatchSession | undefined,
  election: LeaseElection | undefined,
  writer: RecordWriter
): Readiness {
  if (session === undefined) {
    const problem = election?.problem ?? null;
    return { ready: problem === null, role: 'standby', leader: election?.holder ?? '', problem };
  }
  const collections = session.watches.map(({ collection, watch }) => [
    collection.name,
    watch.detail === '' ? watch.state : `${watch.state}: ${watch.detail}`,
  ]);
  const { acknowledged, refused } = writer.statistics;
  return {
    ready: session.problem === null,
    role: 'leader',
    problem: session.problem,
    collections: Object.fromEntries(collections),
    delivering: session.delivering,
    records: { acknowledged, refused, pending: writer.pending },
  };
}
