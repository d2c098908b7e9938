import type { Command } from 'commander';
import * as z from 'zod';
import type { Case } from '../../model/cases';
import { type Cause, isCauseId } from '../../model/causes';
import { logStatusSchema } from '../../model/records';
import { exitCode, type ExitCode } from '../common/exit-code';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { list, parsedWith } from '../config/units';
import { caseCounts, caseJson, caseTable } from '../lookup/case-text';
import { Output } from '../lookup/output';
import { caseWindow, nameFilter, outputFormat, timeRange, withCases } from './query-flags';

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
    'fail-on': list
      .pipe(z.array(logStatusSchema))
      .prefault([])
      .describe(`exit with code ${exitCode.found} if a case has one of these statuses`)
      .register(flagForm, { value: 'list', repeatable: true }),
  }),
} satisfies SettingsGroup;
type CasesFlags = z.output<typeof casesGroup.schema>;

/** `afterlog cases`: the container runs whose logs left their nodes, and why. */
export function casesCommand(): Command {
  return defineCommand({
    name: 'cases',
    description: 'List containers whose logs were removed from their node: the cause, and whether Loki has them.',
    groups: [casesGroup, lokiGroup],
    examples: [
      ['cases', 'all cases of the last 24 hours'],
      ['cases --job hello -n job-test --since 7d -o wide', 'one Job'],
      ['cases --status lost,partial --fail-on lost', 'for CI'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<ExitCode> {
  const flags = input.read(casesGroup);
  const { cluster, namespace, job, cronjob, node, status, cause } = flags;
  const window = caseWindow(flags, '24h');
  const selection = { cluster, namespace, job, workload: cronjob, node };
  const output = new Output(process.stdout);
  const cases: Case[] = [];
  let all = 0;
  let isFound = false;
  const isWhole = await withCases(input, async (reader) => {
    for await (const slice of reader.slices(selection, window)) {
      all += slice.length;
      const wanted = slice.filter(
        (one) =>
          (cronjob === undefined || one.cronJob === null || one.cronJob === cronjob) &&
          (status === undefined || status.includes(one.status)) &&
          (cause === undefined || cause.includes(one.cause))
      );
      isFound ||= wanted.some((one) => flags['fail-on'].includes(one.status));
      if (flags.output === 'jsonl') {
        await output.write(terminalText(print(wanted, flags.output)));
      } else {
        wanted.forEach((one) => cases.push(one));
      }
    }
    return reader.stoppedAt === undefined;
  });
  if (flags.output !== 'jsonl') {
    await output.write(terminalText(print(cases, flags.output)));
  }
  if (flags.output === 'table' || flags.output === 'wide') {
    process.stderr.write(cases.length === 0 ? noCases(all) : `${caseCounts(cases)}\n`);
  }
  return isFound ? exitCode.found : isWhole ? exitCode.ok : exitCode.interrupted;
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

function print(cases: readonly Case[], output: CasesFlags['output']): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify(cases.map(caseJson), null, 2)}\n`;
    case 'jsonl':
      return cases.map((one) => `${JSON.stringify(caseJson(one))}\n`).join('');
    default:
      return cases.length === 0 ? '' : caseTable(cases, Date.now(), output === 'wide');
  }
}

function noCases(others: number): string {
  return others === 0
    ? 'no cases: no log was removed from its node in this time range. For older cases use --since 7d.\n'
    : `no cases with this --status and --cause; ${others} others in this time range\n`;
}
