import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Question, Target } from '../../model/lookup';
import { currentContext } from '../cluster/api/access';
import { readGroup } from '../config/command';
import { type FileValue, readConfigFile } from '../config/config-file';
import { lokiGroup, type LokiSettings } from '../config/loki-settings';
import { type SettingsGroup, settingsOf } from '../config/settings';

const userGroup = {
  heading: '',
  schema: z.strictObject({
    contexts: z
      .record(z.string(), z.string())
      .prefault({})
      .describe('contexts of the kubeconfig, each with the name of its cluster in Loki'),
  }),
} satisfies SettingsGroup;

/** What a person's own file says, for the commands that read from Loki. */
export interface UserConfig {
  loki: LokiSettings;
  /** Names of clusters in Loki by the names of kubeconfig contexts. */
  contexts: Readonly<Record<string, string>>;
}

/** Where commands search when nothing else is said: the current context's cluster and namespace. */
export interface Scope {
  cluster?: string;
  namespace?: string;
}

/**
 * `~/.config/afterlog.yaml`, or `afterlog.yaml` in XDG_CONFIG_HOME; empty where there is none.
 * @throws UserError that names file, line and key
 */
export function userConfig(env: NodeJS.ProcessEnv): UserConfig {
  const file = join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'afterlog.yaml');
  const values: Map<string, FileValue> = existsSync(file)
    ? readConfigFile(
        file,
        [userGroup, lokiGroup].flatMap(({ schema }) => settingsOf(schema))
      )
    : new Map();
  const none = new Map<string, unknown>();
  return { ...readGroup(lokiGroup, none, values), ...readGroup(userGroup, none, values) };
}

/**
 * The cluster and the namespace of the current context, if the user's file maps that context to a cluster in Loki. Nothing
 * is assumed of others: a context is rarely called like its cluster in Loki.
 * @throws UserError for a kubeconfig that cannot be read
 */
export function contextScope({ contexts }: UserConfig, env: NodeJS.ProcessEnv): Scope {
  if (Object.keys(contexts).length === 0) {
    return {};
  }
  const current = currentContext(env);
  const cluster = current === undefined ? undefined : new Map(Object.entries(contexts)).get(current.name);
  return cluster === undefined ? {} : { cluster, namespace: current?.namespace };
}

/** The question with a namespace for what names none; a container id needs none. */
export function withinNamespace(question: Question, namespace: string | undefined): Question {
  const within = (target: Target): Target =>
    target.kind === 'container' || namespace === undefined ? target : { namespace, ...target };
  return { ...question, targets: question.targets.map(within), otherwise: question.otherwise.map(within) };
}

/** One sentence about where was searched; undefined where the context decided nothing. @param flags which go before it */
export function scopeText(scope: Scope, flags: Scope): string | undefined {
  const cluster = flags.cluster === undefined ? scope.cluster : undefined;
  const namespace = flags.namespace === undefined ? scope.namespace : undefined;
  const where = [...(cluster ? [`cluster ${cluster}`] : []), ...(namespace ? [`namespace ${namespace}`] : [])];
  return where.length === 0
    ? undefined
    : `Searched ${where.join(', ')}, as in the current kube context; --cluster and --namespace name others.`;
}
