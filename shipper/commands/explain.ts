import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Case } from '../../model/cases';
import { moment, nameOfTarget, parseQuestion } from '../../model/lookup';
import { formatNs } from '../../model/time';
import { addLokiOptions } from '../config/loki-options';
import type { CaseWindow } from '../lookup/case-reader';
import { caseJson, explanation } from '../lookup/case-text';
import { Output } from '../lookup/output';
import { type PrintedTimes, timesIn } from '../lookup/times';
import { casesOfTargets } from '../lookup/target-cases';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { caseWindow, clusterOf, withCases } from './case-flags';

/** `afterlog explain WHAT`: why a log is gone, with the evidence and what to change. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('Explain why a log is gone: what happened, the evidence with times and sources, what to change.')
    .argument('<what...>', 'a pod, job/NAME, cronjob/NAME, a container id, or the whole error text of kubectl logs')
    .option('-n, --namespace <name>', 'of this namespace only')
    .option('-c, --container <name>', 'this container of the pod only')
    .option('--restart <n>', 'this run of the container only, the first is 0')
    .option('--cluster <name>', 'of this cluster only')
    .option('--since <duration>', 'logs that went in the last 15m, 2h, 30d (default 7d)')
    .option('--from <time>', 'logs that went from then on (RFC 3339, or how long ago)')
    .option('--to <time>', 'logs that went before then (RFC 3339, or how long ago)')
    .option('--timezone <name>', 'time zone of printed times, such as Asia/Tokyo (default UTC)')
    .addOption(new Option('-o, --output <form>', 'output format').choices(['text', 'json']).default('text'));
  return addLokiOptions(command).action(async (what: string[]) => {
    await explain(what.join(' '), flagsSchema.parse(command.opts()), command.opts());
  });
}

const flagsSchema = z.object({
  namespace: z.string().optional(),
  container: z.string().optional(),
  restart: z.coerce.number().int().min(0).optional(),
  since: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  timezone: z.string().optional(),
  output: z.enum(['text', 'json']),
});
type Flags = z.infer<typeof flagsSchema>;

async function explain(what: string, flags: Flags, values: Record<string, unknown>): Promise<void> {
  const { targets, otherwise } = parseQuestion(what);
  const times = timesIn(flags.timezone);
  if (targets.length === 0) {
    throw new UserError(
      `${JSON.stringify(what)} names nothing: give a pod, job/NAME, cronjob/NAME, a container id, or the error text of kubectl logs`
    );
  }
  const window = caseWindow(flags, '7d');
  const narrowing = { ...flags, cluster: clusterOf(values) };
  const found = await withCases(values, async (reader) => {
    const first = await casesOfTargets(reader, targets, narrowing, window);
    return first.length > 0 ? first : casesOfTargets(reader, otherwise, narrowing, window);
  });
  if (found.length === 0) {
    throw new UserError(notFound(targets.map(nameOfTarget).join(', '), what, window));
  }
  const answer =
    flags.output === 'json'
      ? `${JSON.stringify(found.map(caseJson), null, 2)}
`
      : text(found, times);
  await new Output(process.stdout).write(terminalText(answer));
}

/** Cases that went the same way are told once, with the names of the others. */
function text(found: readonly Case[], times: PrintedTimes): string {
  const groups = new Map<string, Case[]>();
  for (const one of found) {
    const key = [one.cause, one.confidence, one.status, one.container, one.node, one.at?.slice(0, 16)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(([first, ...others]) => (first ? explanation(first, others, times) : '')).join('\n');
}

function notFound(names: string, what: string, { from, to, now }: CaseWindow): string {
  const time = (ns: bigint) => (ns >= now ? 'now' : moment(formatNs(ns)));
  return [
    `no lost log of ${names} was found from ${time(from)} to ${time(to)}`,
    'Its log may still be on its node, or it went before that: --since 30d looks further back.',
    `The name may be another: afterlog cases lists all. What is in Loki: afterlog logs ${what.length < 80 ? what : 'WHAT'}`,
  ].join('\n');
}
