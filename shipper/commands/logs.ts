import type { Command } from 'commander';
import { text as readAll } from 'node:stream/consumers';
import * as z from 'zod';
import { parseQuestion, type Question } from '../../model/lookup';
import { parseNs } from '../../model/time';
import { exitCode, type ExitCode } from '../common/exit-code';
import { UserError } from '../common/user-error';
import { type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { flag, wholeNumberFrom } from '../config/units';
import { contextScope, scopeText, userConfig, withinNamespace } from './user-config';
import { runLookup } from '../lookup/run';
import { timeWindow } from '../lookup/time-window';
import { timesIn } from '../lookup/times';
import { terminalText } from '../common/terminal-text';
import { connectForQueries, explainQueryError, queryGroup } from './query-connection';
import { outputFormat } from './output-format';
import { nameFilter, timeRange, timeZone } from './query-flags';

const formats = ['text', 'json', 'jsonl'] as const;

const logsGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    namespace: nameFilter('only this namespace', 'n'),
    container: nameFilter('only this container of the pods', 'c'),
    cluster: nameFilter('only this cluster'),
    'all-namespaces': flag
      .prefault(false)
      .describe('print the logs of all namespaces and clusters that have this name')
      .register(flagForm, { short: 'A' }),
    'all-containers': flag
      .prefault(false)
      .describe('print the logs of all containers of the pods, as without --container'),
    ...timeRange('lines', '7d'),
    previous: flag
      .prefault(false)
      .describe('logs of the previous container run, as `kubectl logs --previous`')
      .register(flagForm, { short: 'p' }),
    restart: wholeNumberFrom(0)
      .optional()
      .describe('logs of the container run with this restart count; 0 is the first')
      .register(flagForm, { value: 'count' }),
    'since-time': z
      .string()
      .optional()
      .describe('lines since this time, as RFC 3339: the same as --since with a time')
      .register(flagForm, { value: 'time' }),
    prefix: flag.prefault(false).describe('print pod and container before each line, also where there is only one'),
    timestamps: flag.prefault(false).describe('print the timestamp of each line'),
    follow: flag.prefault(false).describe('print new lines as they arrive').register(flagForm, { short: 'f' }),
    tail: wholeNumberFrom(-1)
      .optional()
      .describe('number of most recent lines to print; -1 prints all')
      .register(flagForm, { value: 'lines' }),
    'limit-bytes': wholeNumberFrom(1)
      .optional()
      .describe('number of bytes of lines to print at most')
      .register(flagForm, { value: 'bytes' }),
    'max-log-requests': wholeNumberFrom(1)
      .prefault(5)
      .describe('number of concurrent requests to Loki')
      .register(flagForm, { value: 'number' }),
    timezone: timeZone,
    output: outputFormat(formats),
    quiet: flag.prefault(false).describe('do not print what happened to the log').register(flagForm, { short: 'q' }),
    raw: flag.prefault(false).describe('print control characters of the lines to a terminal as they are'),
  }),
} satisfies SettingsGroup;

/** `afterlog logs WHAT`: a container's log, from Loki, and what happened to it. */
export function logsCommand(): Command {
  return defineCommand({
    name: 'logs',
    description: 'Print the logs of a pod, a Job or a container from Loki, and report what happened to them.',
    argument: {
      name: '<what...>',
      description:
        'pod [container], job/NAME, cronjob/NAME, deploy/NAME, sts/NAME, container id, or the error message of `kubectl logs`; `-` reads it from stdin',
    },
    groups: [logsGroup, queryGroup, lokiGroup],
    examples: [
      ['logs hello-rtkpw -n job-test', 'the logs of a pod'],
      ['logs hello-rtkpw main --tail 20', 'the last lines of one container'],
      ['logs job/hello --since 2w --timestamps', 'the logs of all pods of a Job'],
      ['logs deploy/web --prefix --since-time 2026-11-23T23:15:00Z', 'the logs of the pods of a Deployment'],
      ['logs -f cronjob/backup', 'new lines as they arrive'],
      ["logs 'unable to retrieve container logs for containerd://…'", 'the logs an error message is about'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<ExitCode> {
  const flags = input.read(logsGroup);
  const { namespace, container, cluster, restart, previous, follow, tail } = flags;
  const times = timesIn(flags.timezone);
  const allNamespaces = flags['all-namespaces'];
  if (allNamespaces && namespace !== undefined) {
    throw new UserError('--all-namespaces and --namespace exclude each other');
  }
  if (flags['all-containers'] && container !== undefined) {
    throw new UserError('--all-containers and --container exclude each other');
  }
  const sinceTime = flags['since-time'];
  if (sinceTime !== undefined && (flags.since !== undefined || parseNs(sinceTime) === undefined)) {
    throw new UserError(
      flags.since === undefined
        ? `--since-time: invalid time "${sinceTime}" (example: 2026-11-23T23:15:00Z)`
        : '--since and --since-time exclude each other'
    );
  }
  if (previous && restart !== undefined) {
    throw new UserError('--previous and --restart exclude each other');
  }
  if (follow && (flags.to !== undefined || previous)) {
    throw new UserError('--follow cannot be combined with --to or --previous');
  }
  if (flags.output === 'json' && (follow || flags['limit-bytes'] !== undefined)) {
    throw new UserError(
      `--output json is one document: with ${follow ? '--follow' : '--limit-bytes'} use --output jsonl, an object a line`
    );
  }
  const now = BigInt(Date.now()) * 1_000_000n;
  const window = timeWindow({ ...flags, since: flags.since ?? sinceTime }, now);
  const scope = allNamespaces ? {} : contextScope(userConfig(process.env), process.env);
  const question = withinNamespace(await questionOf(input.words), namespace ?? scope.namespace);
  const { client, connection } = connectForQueries(input, { connections: flags['max-log-requests'] });
  const stop = new AbortController();
  if (follow) {
    process.once('SIGINT', () => stop.abort());
  }
  try {
    const answered = await runLookup({
      client,
      question,
      wanted: {
        namespace,
        container,
        cluster: cluster ?? scope.cluster,
        restart,
        ...(previous && { previous }),
        window,
      },
      allNamespaces,
      times,
      prefix: flags.prefix,
      limitBytes: flags['limit-bytes'],
      color: process.stdout.isTTY && !process.env.NO_COLOR,
      format: flags.output,
      timestamps: flags.timestamps,
      tail: tail === -1 ? undefined : tail,
      follow,
      quiet: flags.quiet,
      signal: stop.signal,
      stdout: process.stdout,
      escape: process.stdout.isTTY && !flags.raw,
      stderr: { write: (text) => process.stderr.write(terminalText(text)) },
    });
    return answered ? exitCode.ok : exitCode.failed;
  } catch (error) {
    const searched = scopeText(scope, flags);
    if (error instanceof UserError && searched !== undefined) {
      throw new UserError(`${error.message}\n${searched}`);
    }
    throw explainQueryError(error, connection.url);
  } finally {
    await connection.close();
  }
}

async function questionOf(words: readonly string[]): Promise<Question> {
  const text = words.length === 1 && words[0] === '-' ? await readAll(process.stdin) : words.join(' ');
  const question = likeKubectl(words) ?? parseQuestion(text);
  if (question.targets.length > 0) {
    return question;
  }
  const gone = question.goneNode;
  throw new UserError(
    gone === undefined
      ? `no pod, Job, CronJob or container in ${JSON.stringify(shortened(text))}: give a pod, job/NAME, cronjob/NAME, a container id (6 digits or more), or the error message of kubectl logs`
      : `the text says that node ${gone} is gone, but not which pod: give the name of the pod, or paste the command with it`
  );
}

const plainWord = /^[a-z0-9][-a-z0-9./]*$/;

/** `POD CONTAINER` and `KIND NAME`, as `kubectl logs` takes them. */
function likeKubectl(words: readonly string[]): Question | undefined {
  if (words.length !== 2 || !words.every((word) => plainWord.test(word))) {
    return undefined;
  }
  const question = parseQuestion(`kubectl logs ${words.join(' ')}`);
  return question.targets.length > 0 ? question : undefined;
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}…` : text).trim();
