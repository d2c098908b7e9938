import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { proxyFor } from '../../common/proxy';
import { UserError } from '../../common/user-error';
import type { ClusterAccess } from './cluster-access';
import { currentContextOf, readKubeconfig } from './kubeconfig';
import { bearerFile } from './token-file';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface AccessOptions {
  kubeconfig?: string;
  context?: string;
  env: NodeJS.ProcessEnv;
  /** Where a pod finds its service account; another folder in tests. */
  serviceAccountDir?: string;
}

/**
 * The kubeconfig that was asked for; else that of KUBECONFIG; else, in a pod, its service account; else ~/.kube/config.
 *
 * @throws UserError where none is there, or it cannot be used
 */
export function clusterAccess(options: AccessOptions): ClusterAccess {
  const { kubeconfig, context, env } = options;
  const files = kubeconfig ?? env.KUBECONFIG;
  if (files !== undefined && files !== '') {
    return readKubeconfig(files.split(path.delimiter).filter(Boolean), context, env);
  }
  const serviceAccountDir = options.serviceAccountDir ?? SERVICE_ACCOUNT;
  if (env.KUBERNETES_SERVICE_HOST && existsSync(path.join(serviceAccountDir, 'token'))) {
    return inCluster(serviceAccountDir, env);
  }
  const home = path.join(os.homedir(), '.kube', 'config');
  if (existsSync(home)) {
    return readKubeconfig([home], context, env);
  }
  throw new UserError(
    'no way to a cluster: give --kubeconfig or KUBECONFIG, or run it in a pod with a service account'
  );
}

/** The current context of KUBECONFIG or ~/.kube/config; undefined where there is none. @throws UserError */
export function currentContext(env: NodeJS.ProcessEnv): ReturnType<typeof currentContextOf> {
  const files = (env.KUBECONFIG || path.join(env.HOME || os.homedir(), '.kube', 'config')).split(path.delimiter);
  return currentContextOf(files.filter((file) => existsSync(file)));
}

function inCluster(dir: string, env: NodeJS.ProcessEnv): ClusterAccess {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const namespace = path.join(dir, 'namespace');
  const authorization = bearerFile(path.join(dir, 'token'));
  return {
    server,
    ca: readFileSync(path.join(dir, 'ca.crt')),
    credentials: async () => ({ authorization: authorization() }),
    insecureSkipVerify: false,
    serverName: undefined,
    proxy: proxyFor(new URL(server), env),
    namespace: existsSync(namespace) ? readFileSync(namespace, 'utf8').trim() : undefined,
    origin: 'service account',
  };
}
