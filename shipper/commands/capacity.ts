import type { Command } from 'commander';
import * as z from 'zod';
import {
  type CapacityInput,
  CapacityReader,
  type CapacityWindow,
  CHANGE_KEYS,
  familiesOfJobs,
  narrowed,
  parseChanges,
  reviewOf,
} from '../../model/capacity';
import { ENGLISH } from '../../model/messages';
import { observerCodes } from '../../model/observers';
import { formatNs } from '../../model/time';
import { capacitySource } from '../capacity/capacity-source';
import { capacityJson, capacityText } from '../capacity/capacity-text';
import { jsonList } from '../common/json-list';
import { exitCode, type ExitCode } from '../common/exit-code';
import { terminalText } from '../common/terminal-text';
import { preferSmallHeap } from '../common/small-heap';
import { UserError } from '../common/user-error';
import { type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import type { CaseWindow } from '../lookup/case-window';
import { observersOfCases } from '../lookup/observing';
import { Output } from '../lookup/output';
import { englishIn, timesIn } from '../lookup/times';
import { queryGroup } from './query-connection';
import { outputFormat } from './output-format';
import { caseWindow, clusterOf, nameFilter, timeRange, timeZone, withCases } from './query-flags';

const formats = ['table', 'markdown', 'csv', 'json'] as const;
const groupings = ['node', 'pool', 'namespace', 'job'] as const;
const DEFAULT_SINCE = '7d';

const capacityGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    node: nameFilter('only this node'),
    namespace: nameFilter('only logs and pods of this namespace', 'n'),
    job: nameFilter('only logs and pods of this Job family, or of the family of this Job'),
    cluster: nameFilter('only this cluster'),
    ...timeRange('what happened', DEFAULT_SINCE),
    by: z
      .enum(groupings)
      .optional()
      .transform((by) => by ?? groupings[0])
      .describe(`rank by ${groupings.join(', ')}; a job is a Job family, such as all Jobs of a CronJob (default node)`)
      .register(flagForm, { value: 'kind' }),
    pool: z.strictObject({
      label: z
        .string()
        .optional()
        .describe('node label that names pools, for --by pool')
        .register(flagForm, { value: 'key' }),
    }),
    timezone: timeZone,
    'what-if': z
      .string()
      .optional()
      .transform((text, context) => {
        const changes = text === undefined ? undefined : parseChanges(text);
        if (changes !== undefined && 'code' in changes) {
          context.addIssue({ code: 'custom', message: ENGLISH.render(changes) });
          return z.NEVER;
        }
        return changes;
      })
      .describe(
        `replay the time range under other settings: key=value, separated by commas; keys are ${CHANGE_KEYS.join(', ')}`
      )
      .register(flagForm, { value: 'settings' }),
    output: outputFormat(formats),
  }),
} satisfies SettingsGroup;

/** `afterlog capacity`: what the disks of nodes went through, how much room is left, and what to change. */
export function capacityCommand(): Command {
  return defineCommand({
    name: 'capacity',
    description:
      'Review disks and thresholds of nodes: reclaims, evictions, removed logs, headroom, and what to change.',
    groups: [capacityGroup, queryGroup, lokiGroup],
    examples: [
      ['capacity', 'all nodes, the last 7 days'],
      ['capacity --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z -o markdown', 'a monthly review'],
      ['capacity --by job --since 30d -o csv', 'Job families, for a spreadsheet'],
      ['capacity --by pool --pool.label node.kubernetes.io/instance-type', 'pools of nodes'],
      ['capacity --node node-a --since 24h', 'one node'],
      ['capacity --what-if diskSize=200GB,imageGCHighThresholdPercent=70', 'under other settings'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<ExitCode> {
  preferSmallHeap();
  const flags = input.read(capacityGroup);
  const { node, namespace, job, by } = flags;
  const cluster = clusterOf(flags);
  const window = caseWindow(flags, DEFAULT_SINCE);
  const times = timesIn(flags.timezone);
  const words = englishIn(times);
  const poolLabel = by === 'pool' ? flags.pool.label : undefined;
  if (by === 'pool' && poolLabel === undefined) {
    throw new UserError('--by pool needs --pool.label, such as --pool.label node.kubernetes.io/instance-type');
  }
  let read: CapacityInput | undefined;
  const { result: observers, warnings } = await withCases(
    input,
    times,
    async (_, cases, { client, signal, onProgress }) => {
      const source = capacitySource(client, cases, { cluster, node }, signal);
      const workload = job === undefined ? undefined : familiesOfJobs([job]);
      const selection = { cluster, node, namespace, workload, poolLabel };
      const families = by === 'namespace' || by === 'job' ? 'all' : 'most';
      const reader = new CapacityReader(source, ({ read: records }) => onProgress({ read: records, total: 0 }));
      try {
        for await (const { input: part, missing } of reader.read(selection, millis(window), families)) {
          read = { ...part, missing };
        }
        return read?.nodes.length === 0 ? await observersOfCases(client, { cluster, node }, window) : undefined;
      } catch (error) {
        if (!signal.aborted) {
          throw error;
        }
        return undefined; // What was read by then is shown.
      }
    }
  );
  if (read === undefined) {
    process.stderr.write('afterlog: interrupted before anything was read\n');
    return exitCode.interrupted;
  }
  const range = { from: formatNs(window.from), to: formatNs(BigInt(read.range.to) * 1_000_000n) };
  const listOf = (name: string | undefined) => (name === undefined ? [] : [name]);
  const reviewed = narrowed(read, { namespaces: listOf(namespace), jobs: listOf(job) });
  const review = reviewOf(by, reviewed, flags['what-if']);
  const interrupted =
    review.missing === null ? [] : [words.render({ code: 'capacity-interrupted', missing: review.missing })];
  const unobserved = observers === undefined ? [] : [words.renderAll(observerCodes(observers))];
  const end = { complete: review.missing === null, warnings: [...warnings, ...interrupted, ...unobserved] };
  const text =
    flags.output === 'json'
      ? jsonList('CapacityReviewList', [capacityJson(review, range)], end)
      : capacityText(review, range, flags.output, words);
  await new Output(process.stdout).write(terminalText(text));
  interrupted.forEach((sentence) => process.stderr.write(`afterlog: ${sentence}\n`));
  if (interrupted.length > 0) {
    return exitCode.interrupted;
  }
  unobserved.forEach((sentence) => process.stderr.write(terminalText(`${sentence}\n`)));
  return exitCode.ok;
}

function millis({ from, to, recordsTo, now }: CaseWindow): CapacityWindow {
  const ms = (ns: bigint) => Number(ns / 1_000_000n);
  return { from: ms(from), to: ms(to), recordsTo: ms(recordsTo), now: ms(now) };
}
