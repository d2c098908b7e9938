import type { Command } from 'commander';
import * as z from 'zod';
import { type Cause, isCauseId } from '../../model/causes';
import { logStatusSchema, type LogStatus } from '../../model/records';
import { isWhole, observerCodes, type Observers } from '../../model/observers';
import type { ListEnd } from '../common/json-list';
import { exitCode, type ExitCode } from '../common/exit-code';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { flag, list, parsedWith } from '../config/units';
import { CasePrinter } from '../lookup/case-printer';
import { caseCounts, caseJson, type CaseRow, summaryJson } from '../lookup/case-text';
import { Output } from '../lookup/output';
import { observersOfCases } from '../lookup/observing';
import { englishIn, timesIn } from '../lookup/times';
import { queryGroup } from './query-connection';
import { outputFormat } from './output-format';
import { caseWindow, clusterOf, nameFilter, timeRange, timeZone, withCases } from './query-flags';

const formats = ['table', 'wide', 'json', 'jsonl'] as const;
const statuses = list.pipe(z.array(logStatusSchema)).optional();
const causes = list.pipe(z.array(parsedWith(parseCause))).optional();

const casesGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    namespace: nameFilter('only this namespace', 'n'),
    job: nameFilter('only this Job'),
    cronjob: nameFilter('only this CronJob'),
    node: nameFilter('only this node'),
    cluster: nameFilter('only this cluster'),
    status: statuses
      .describe(`only these statuses: ${logStatusSchema.options.join(', ')}`)
      .register(flagForm, { value: 'list', repeatable: true }),
    cause: causes
      .describe('only these causes: C1 to C20, unknown')
      .register(flagForm, { value: 'list', repeatable: true }),
    ...timeRange('logs removed', '24h'),
    output: outputFormat(formats),
    evidence: flag
      .prefault(true)
      .describe('with json and jsonl, what each case rests on (default; --no-evidence is much faster)')
      .register(flagForm, { negatable: true }),
    timezone: timeZone,
    'fail-on': list
      .pipe(z.array(logStatusSchema))
      .prefault([])
      .describe(
        `exit with code ${exitCode.found} if a case has one of these statuses, with ${exitCode.unobserved} if none has and not everything was observed`
      )
      .register(flagForm, { value: 'list', repeatable: true }),
  }),
} satisfies SettingsGroup;

/** `afterlog cases`: the container runs whose logs left their nodes, and why. */
export function casesCommand(): Command {
  return defineCommand({
    name: 'cases',
    description: 'List containers whose logs were removed from their node: the cause, and whether Loki has them.',
    groups: [casesGroup, queryGroup, lokiGroup],
    examples: [
      ['cases', 'all cases of the last 24 hours'],
      ['cases --job hello -n job-test --since 7d -o wide', 'one Job'],
      ['cases --status lost,partial --fail-on lost', 'for CI'],
      ['cases -o jsonl --no-evidence --since 7d', 'many cases, for scripts'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<ExitCode> {
  const flags = input.read(casesGroup);
  const { namespace, job, cronjob, node, status, cause } = flags;
  const cluster = clusterOf(flags);
  const window = caseWindow(flags, '24h');
  const times = timesIn(flags.timezone);
  const selection = { cluster, namespace, job, workload: cronjob, node };
  const output = new Output(process.stdout);
  const isJson = flags.output === 'json' || flags.output === 'jsonl';
  const filter = { status, cause };
  const counts = new Map<LogStatus, number>();
  /** What follows the cases is known when all has been read. */
  let endList: (end: ListEnd) => Promise<void> = () => Promise.resolve();
  const print = async <C extends CaseRow>(slices: AsyncIterable<C[]>, printer: CasePrinter<C>): Promise<number> => {
    let others = 0;
    for await (const slice of slices) {
      const wanted = slice.filter(
        (one) =>
          (cronjob === undefined || one.cronJob === null || one.cronJob === cronjob) &&
          (status === undefined || status.includes(one.status)) &&
          (cause === undefined || cause.includes(one.cause))
      );
      others += slice.length - wanted.length;
      wanted.forEach((one) => counts.set(one.status, (counts.get(one.status) ?? 0) + 1));
      await printer.add(wanted);
      if (printer.closed) {
        break;
      }
    }
    endList = (end) => printer.end(end);
    return others;
  };
  const failOn = flags['fail-on'];
  const isFound = () => failOn.some((wanted) => counts.has(wanted));
  const { result, warnings } = await withCases(input, times, async (reader, cases, { client, signal }) => {
    const read = async () => {
      if (isJson && flags.evidence) {
        const left = await print(reader.slices(selection, window), new CasePrinter(output, flags.output, caseJson));
        return { isRead: reader.stoppedAt === undefined, others: left };
      }
      const printer = new CasePrinter(output, flags.output, summaryJson);
      const left = await print(cases.slices(selection, window, filter), printer);
      return { isRead: cases.stoppedAt === undefined, others: left + cases.others };
    };
    const printed = await read();
    const isAllClear = counts.size === 0 || (failOn.length > 0 && !isFound());
    return {
      ...printed,
      observers: isAllClear && !signal.aborted ? await observersOfCases(client, selection, window) : undefined,
    };
  });
  const words = englishIn(times);
  const { isRead, others, observers } = result;
  const rests = observers === undefined ? [] : [words.renderAll(observerCodes(observers))];
  const unobserved = observers === undefined || isWhole(observers) ? [] : rests;
  await endList({ complete: isRead, warnings: [...warnings, ...unobserved] });
  if (counts.size === 0) {
    process.stderr.write(terminalText(`${[noCases(others, observers), ...rests].join('\n')}\n`));
  } else {
    const text = [...(isJson ? [] : [caseCounts(counts)]), ...rests].map((line) => `${line}\n`);
    process.stderr.write(terminalText(text.join('')));
  }
  if (isFound()) {
    return exitCode.found;
  }
  const isUnobserved = failOn.length > 0 && observers !== undefined && !isWhole(observers);
  return isUnobserved ? exitCode.unobserved : isRead ? exitCode.ok : exitCode.interrupted;
}

function parseCause(text: string): Cause {
  const id = text.toUpperCase();
  if (isCauseId(id)) {
    return id;
  }
  if (text !== 'unknown') {
    throw new UserError(`invalid cause "${text}" (one of: C1 to C20, unknown)`);
  }
  return text;
}

function noCases(others: number, observers: Observers | undefined): string {
  if (others > 0) {
    return `no cases with this --status and --cause; ${others} others in this time range`;
  }
  return observers !== undefined && isWhole(observers)
    ? 'no cases: no log was removed from its node in this time range. For older cases use --since 7d.'
    : 'no cases are recorded in this time range, and not all of it was observed.';
}
