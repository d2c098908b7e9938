import type { Command } from 'commander';
import * as z from 'zod';
import type { Answer } from '../../model/cases';
import { nameOfTarget, parseQuestion, podsBeside, runPlan, unstartedPlan } from '../../model/lookup';
import { observerCodes, type Observers } from '../../model/observers';
import { formatNs } from '../../model/time';
import { jsonList } from '../common/json-list';
import { UserError } from '../common/user-error';
import { type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { contextScope, scopeText, userConfig, withinNamespace } from './user-config';
import { flagForm, type SettingsGroup } from '../config/settings';
import { wholeNumberFrom } from '../config/units';
import { askLoki } from '../lookup/ask-loki';
import type { CaseWindow } from '../lookup/case-window';
import { caseJson, explanation } from '../lookup/case-text';
import { Output } from '../lookup/output';
import { observersOfCases } from '../lookup/observing';
import { englishIn, type PrintedTimes, timesIn } from '../lookup/times';
import { answersOfTargets } from '../lookup/target-cases';
import { terminalText } from '../common/terminal-text';
import { queryGroup } from './query-connection';
import { outputFormat } from './output-format';
import { caseWindow, nameFilter, timeRange, timeZone, withCases } from './query-flags';

const formats = ['text', 'json'] as const;

const explainGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    namespace: nameFilter('only this namespace', 'n'),
    container: nameFilter('only this container of the pod', 'c'),
    restart: wholeNumberFrom(0)
      .optional()
      .describe('only the container run with this restart count; 0 is the first')
      .register(flagForm, { value: 'count' }),
    cluster: nameFilter('only this cluster'),
    ...timeRange('logs removed', '7d'),
    timezone: timeZone,
    output: outputFormat(formats),
  }),
} satisfies SettingsGroup;

/** `afterlog explain WHAT`: why a log is gone, with the evidence and what to change. */
export function explainCommand(): Command {
  return defineCommand({
    name: 'explain',
    description: 'Explain why a log was removed from its node: what happened, the evidence, and what to change.',
    argument: {
      name: '<what...>',
      description: 'pod, job/NAME, cronjob/NAME, container id, or the error message of `kubectl logs`',
    },
    groups: [explainGroup, queryGroup, lokiGroup],
    examples: [
      ['explain job/hello -n job-test', 'the logs of a Job'],
      ['explain hello-rtkpw --restart 0', 'the first run of the containers of a pod'],
      ["explain 'unable to retrieve container logs for containerd://…'", 'an error message'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<void> {
  const what = input.words.join(' ');
  const flags = input.read(explainGroup);
  const scope = contextScope(userConfig(process.env), process.env);
  const question = withinNamespace(parseQuestion(what), flags.namespace ?? scope.namespace);
  const { targets, otherwise } = question;
  const filter = { ...flags, cluster: flags.cluster ?? scope.cluster };
  const times = timesIn(flags.timezone);
  if (targets.length === 0) {
    throw new UserError(
      `no pod, Job, CronJob or container in ${JSON.stringify(what)}: give a pod, job/NAME, cronjob/NAME, a container id, or the error message of kubectl logs`
    );
  }
  const window = caseWindow(flags, '7d');
  const {
    result: { answers, unstarted, observers },
    warnings,
  } = await withCases(input, times, async (reader, _, { client }) => {
    const first = await answersOfTargets(reader, targets, filter, window);
    const others = first.length > 0 ? podsBeside(question, new Set(first.map(({ pod }) => pod))) : otherwise;
    const found = [...first, ...(await answersOfTargets(reader, others, filter, window))];
    const namespace = flags.namespace ?? targets[0]?.namespace;
    const about = { cluster: filter.cluster, namespace };
    const scopeOfAll = { cluster: filter.cluster, window: { ...window, isDefault: true } };
    const unstarted = found.length > 0 ? [] : await runPlan(unstartedPlan(targets, scopeOfAll), askLoki(client));
    const isAnswered = found.length > 0 || unstarted.length > 0;
    const observers = isAnswered ? undefined : await observersOfCases(client, about, window);
    return { answers: found, unstarted, observers };
  });
  if (observers !== undefined) {
    const text = notFound(targets.map(nameOfTarget).join(', '), what, window, { observers, times });
    const searched = scopeText(scope, flags);
    throw new UserError([text, ...(searched === undefined ? [] : [searched])].join('\n'));
  }
  const answer =
    flags.output === 'json'
      ? jsonList('CaseList', answers.map(caseJson), {
          complete: warnings.length === 0,
          warnings: [...warnings, ...unstarted.map(({ codes }) => englishIn(times).renderAll(codes))],
        })
      : textOf(answers, times) + unstarted.map(({ codes }) => `${englishIn(times).renderAll(codes)}\n`).join('');
  await new Output(process.stdout).write(terminalText(answer));
}

/** Logs of which the same is known, at the same time, are explained once, with the names of the others. */
function textOf(answers: readonly Answer[], times: PrintedTimes): string {
  const groups = new Map<string, Answer[]>();
  for (const one of answers) {
    const { place, cause, confidence, status, container, node, at, finished } = one;
    const key = [place, cause, confidence, status, container, node, (at ?? finished)?.slice(0, 16)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map(([first, ...others]) => (first ? explanation(first, others, times) : '')).join('\n');
}

function notFound(
  names: string,
  what: string,
  { from, to, now }: CaseWindow,
  { observers, times }: { observers: Observers; times: PrintedTimes }
): string {
  const time = (ns: bigint) => (ns >= now ? 'now' : times.time(formatNs(ns)));
  return [
    `no case found for ${names} between ${time(from)} and ${time(to)}`,
    englishIn(times).renderAll(observerCodes(observers)),
    'It may have been removed earlier: try --since 30d.',
    `Check the name: \`afterlog cases\` lists all cases. Search Loki: afterlog logs ${what.length < 80 ? what : 'WHAT'}`,
  ].join('\n');
}
