import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Case } from '../../model/cases';
import type { Cause } from '../../model/causes';
import type { LogStatus } from '../../model/records';
import { addLokiOptions } from '../config/loki-options';
import { caseCounts, caseJson, caseTable } from '../lookup/case-text';
import { terminalText } from '../common/terminal-text';
import { Output } from '../lookup/output';
import { caseWindow, clusterOf, parseCauses, parseStatuses, withCases } from './case-flags';

/** What `--fail-on` ends with: an error ends with 1. */
const FOUND = 2;

/** `afterlog cases`: the container runs whose logs left their nodes, and why. */
export function casesCommand(): Command {
  const command = new Command('cases')
    .description('Show whose logs `kubectl logs` can no longer show in full, why, and whether they are in Loki.')
    .option('-n, --namespace <name>', 'of this namespace only')
    .option('--job <name>', 'of this Job only')
    .option('--cronjob <name>', 'of this CronJob only')
    .option('--node <name>', 'on this node only')
    .option('--cluster <name>', 'of this cluster only')
    .addOption(new Option('--status <list>', 'only these, such as lost,partial').argParser(parseStatuses))
    .addOption(new Option('--cause <list>', 'only these, such as C1,C15,unknown').argParser(parseCauses))
    .option('--since <duration>', 'logs that went in the last 15m, 2h, 7d (default 24h)')
    .option('--from <time>', 'logs that went from then on (RFC 3339, or how long ago)')
    .option('--to <time>', 'logs that went before then (RFC 3339, or how long ago)')
    .addOption(
      new Option('-o, --output <form>', 'form of the answer')
        .choices(['table', 'wide', 'json', 'jsonl'])
        .default('table')
    )
    .addOption(
      new Option(
        '--fail-on <list>',
        `end with exit code ${FOUND} if a case has one of these statuses, for CI`
      ).argParser(parseStatuses)
    );
  return addLokiOptions(command).action(async () => {
    await cases(flagsSchema.parse(command.opts()), command.opts());
  });
}

// Commander's names for the flags above; its parsers have made statuses and causes of the lists.
const flagsSchema = z.object({
  namespace: z.string().optional(),
  job: z.string().optional(),
  cronjob: z.string().optional(),
  node: z.string().optional(),
  status: z.array(z.custom<LogStatus>()).optional(),
  cause: z.array(z.custom<Cause>()).optional(),
  since: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  output: z.enum(['table', 'wide', 'json', 'jsonl']),
  failOn: z.array(z.custom<LogStatus>()).optional(),
});
type Flags = z.infer<typeof flagsSchema>;

async function cases(flags: Flags, values: Record<string, unknown>): Promise<void> {
  const { namespace, job, cronjob, node, status, cause, failOn } = flags;
  const window = caseWindow(flags, '24h');
  const selection = { cluster: clusterOf(values), namespace, job, workload: cronjob, node };
  const all = await withCases(values, (reader) => reader.cases(selection, window));
  const found = all.filter(
    (one) =>
      (cronjob === undefined || one.cronJob === null || one.cronJob === cronjob) &&
      (status === undefined || status.includes(one.status)) &&
      (cause === undefined || cause.includes(one.cause))
  );
  await new Output(process.stdout).write(terminalText(print(found, flags.output)));
  if (flags.output === 'table' || flags.output === 'wide') {
    process.stderr.write(found.length === 0 ? nothing(all.length) : `${caseCounts(found)}\n`);
  }
  if (found.some((one) => failOn?.includes(one.status))) {
    process.exitCode = FOUND;
  }
}

function print(found: readonly Case[], output: Flags['output']): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify(found.map(caseJson), null, 2)}\n`;
    case 'jsonl':
      return found.map((one) => `${JSON.stringify(caseJson(one))}\n`).join('');
    default:
      return found.length === 0 ? '' : caseTable(found, Date.now(), output === 'wide');
  }
}

function nothing(others: number): string {
  const filtered = others === 0 ? '' : `, but ${others} that --status and --cause leave out`;
  return `no cases${filtered}: no log that \`kubectl logs\` could not show. --since 7d looks further back.\n`;
}
