import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { errorText } from '../../../model/error-text';
import { UserError } from '../../common/user-error';
import { parseProxy, proxyFor } from '../../common/proxy';
import type { ClusterAccess, Credentials } from './cluster-access';
import { ClusterLogin, loginSchema } from './login';
import { bearerFile } from './token-file';

const clusterSchema = z.object({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});
const userSchema = loginSchema.extend({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
});
const contextSchema = z.object({ cluster: z.string(), user: z.string().default(''), namespace: z.string().optional() });

const named = { name: z.string() };
const kubeconfigSchema = z.object({
  'current-context': z.string().optional(),
  clusters: z.array(z.object({ ...named, cluster: clusterSchema })).nullish(),
  users: z.array(z.object({ ...named, user: userSchema })).nullish(),
  contexts: z.array(z.object({ ...named, context: contextSchema })).nullish(),
});

type Entry<T> = T & { dir: string };

/** Several files as one, as kubectl reads them: of what stands in two of them, the first counts. */
interface Merged {
  current: string | undefined;
  clusters: Map<string, Entry<z.infer<typeof clusterSchema>>>;
  users: Map<string, Entry<z.infer<typeof userSchema>>>;
  contexts: Map<string, z.infer<typeof contextSchema>>;
}

/**
 * Access to the cluster of a context, from kubeconfig files.
 *
 * @throws UserError that names the file, and the key or the context that is missing or cannot be used
 */
export function readKubeconfig(
  files: string[],
  contextName: string | undefined,
  env: NodeJS.ProcessEnv
): ClusterAccess {
  const merged = merge(files);
  const origin = files.join(path.delimiter);
  const name = contextName ?? merged.current;
  if (name === undefined || name === '') {
    throw new UserError(`${origin} has no current-context: choose one with --context (${listOf(merged.contexts)})`);
  }
  const context = merged.contexts.get(name);
  if (context === undefined) {
    throw new UserError(`${origin} has no context "${name}": there are ${listOf(merged.contexts)}`);
  }
  const cluster = merged.clusters.get(context.cluster);
  if (cluster === undefined) {
    throw new UserError(`${origin}: context "${name}" names the cluster "${context.cluster}", which is not there`);
  }
  const user = merged.users.get(context.user) ?? { dir: '.' };
  const server = toServer(cluster, origin, env);
  return { ...server, ...asUser(user, server, origin), namespace: context.namespace, origin };
}

/** The current context; undefined where there is none. @throws as `readKubeconfig` */
export function currentContextOf(files: string[]): { name: string; namespace: string | undefined } | undefined {
  const { current: name, contexts } = merge(files);
  return name ? { name, namespace: contexts.get(name)?.namespace } : undefined;
}

const listOf = (map: Map<string, unknown>) => [...map.keys()].join(', ') || 'none';

function merge(files: string[]): Merged {
  const merged: Merged = { current: undefined, clusters: new Map(), users: new Map(), contexts: new Map() };
  for (const file of files) {
    const dir = path.dirname(path.resolve(file));
    const config = readOne(file);
    merged.current ??= config['current-context'];
    config.clusters?.forEach(({ name, cluster }) => addFirst(merged.clusters, name, { ...cluster, dir }));
    config.users?.forEach(({ name, user }) => addFirst(merged.users, name, { ...user, dir }));
    config.contexts?.forEach(({ name, context }) => addFirst(merged.contexts, name, context));
  }
  return merged;
}

function addFirst<T>(map: Map<string, T>, name: string, value: T): void {
  if (!map.has(name)) {
    map.set(name, value);
  }
}

function readOne(file: string): z.infer<typeof kubeconfigSchema> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`cannot read the kubeconfig ${file}: ${errorText(error)}`);
  }
  const parsed = kubeconfigSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`${file} is no kubeconfig: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? ''}`);
  }
  return parsed.data;
}

function toServer(cluster: Entry<z.infer<typeof clusterSchema>>, origin: string, env: NodeJS.ProcessEnv) {
  if (!URL.canParse(cluster.server) || !/^https?:/.test(cluster.server)) {
    throw new UserError(`${origin}: "${cluster.server}" is not the URL of an API server`);
  }
  const proxyUrl = cluster['proxy-url'];
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ca: pem(cluster, 'certificate-authority', cluster.dir),
    insecureSkipVerify: cluster['insecure-skip-tls-verify'] ?? false,
    serverName: cluster['tls-server-name'],
    proxy: proxyUrl ? parseProxy(proxyUrl, `${origin}: proxy-url`) : proxyFor(new URL(cluster.server), env),
  };
}

function asUser(
  user: Entry<z.infer<typeof userSchema>>,
  server: { server: string; ca: Buffer | undefined },
  origin: string
): Pick<ClusterAccess, 'credentials' | 'renew'> {
  const cert = pem(user, 'client-certificate', user.dir);
  const key = pem(user, 'client-key', user.dir);
  const authorization = authorizationOf(user);
  if (authorization === undefined && (user.exec ?? user['auth-provider']) !== undefined) {
    const login = new ClusterLogin(user, server, user.dir, origin);
    return {
      credentials: async (): Promise<Credentials> => ({ cert, key, ...(await login.credentials()) }),
      renew: () => login.renew(),
    };
  }
  return { credentials: async () => ({ cert, key, authorization: authorization?.() }) };
}

/** undefined where the user has neither a token nor a password. */
function authorizationOf(user: Entry<z.infer<typeof userSchema>>): (() => string) | undefined {
  if (user.tokenFile !== undefined) {
    return bearerFile(path.resolve(user.dir, user.tokenFile));
  }
  const { token, username, password = '' } = user;
  if (token !== undefined) {
    return () => `Bearer ${token}`;
  }
  return username === undefined
    ? undefined
    : () => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** PEM data from `<key>-data` (base64) or the file that `<key>` names, relative to its kubeconfig. */
function pem(entry: object, key: string, dir: string): Buffer | undefined {
  const values = new Map<string, unknown>(Object.entries(entry));
  const data = values.get(`${key}-data`);
  const file = values.get(key);
  if (typeof data === 'string') {
    return Buffer.from(data, 'base64');
  }
  if (typeof file !== 'string') {
    return undefined;
  }
  try {
    return readFileSync(path.resolve(dir, file));
  } catch (error) {
    throw new UserError(`cannot read the ${key} ${file}: ${errorText(error)}`);
  }
}
