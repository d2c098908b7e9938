import type { Collection } from './api/list-watch';
import { EVENT_FIELD_SELECTOR } from './state/event';
import { watchedKinds, type WatchedKind } from './cluster-state';

/** API group paths by kind; CronJobs were beta until Kubernetes 1.21. */
const groups: Readonly<Record<WatchedKind, readonly string[]>> = {
  nodes: ['/api/v1'],
  cronjobs: ['/apis/batch/v1', '/apis/batch/v1beta1'],
  jobs: ['/apis/batch/v1'],
  pods: ['/api/v1'],
  events: ['/api/v1'],
};

/**
 * Node Events lie in this namespace (docs/reference/kubernetes.md, Events): whoever watches some namespaces needs it
 * too.
 */
const NODE_EVENTS = 'default';

export type WatchedCollection = Collection & { kind: WatchedKind };

/** What is to be watched; of all namespaces where none is named. */
export function collections(namespaces: readonly string[]): WatchedCollection[] {
  return watchedKinds.flatMap((kind) => {
    if (namespaces.length === 0 || kind === 'nodes') {
      return [collection(kind, null)];
    }
    const wanted = kind === 'events' ? [...new Set([...namespaces, NODE_EVENTS])] : namespaces;
    return wanted.map((namespace) => collection(kind, namespace));
  });
}

function collection(kind: WatchedKind, namespace: string | null): WatchedCollection {
  const scope = namespace === null ? '' : `/namespaces/${namespace}`;
  return {
    kind,
    name: namespace === null ? kind : `${kind} in ${namespace}`,
    namespace,
    paths: groups[kind].map((group) => `${group}${scope}/${kind}`),
    fieldSelector: kind === 'events' ? EVENT_FIELD_SELECTOR : undefined,
  };
}
