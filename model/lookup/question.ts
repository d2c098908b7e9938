import { containerIdsIn } from './container-ids';
import { kubectlCommandsIn } from './kubectl-command';
import { goneNodeIn, podsNamedIn, saysNeverStarted } from './messages';
import { parseName } from './name';
import { MIN_ID_DIGITS, type Question, type Target } from './target';

const escapeSequence = new RegExp(String.raw`\u001b\[[0-9;?]*[ -/]*[@-~]`, 'g');
const quoted = /^(["'`])(.*)\1$/s;
const onlyHex = new RegExp(`^[0-9a-f]{${MIN_ID_DIGITS},64}$`);

/**
 * What a person asks for, from what they gave: a name, an id, or any text in which `kubectl logs` or the kubelet says
 * that a log is not there. Ids are the most exact, so they go first; the pods named around them are the second try.
 * No targets where the text names nothing.
 */
export function parseQuestion(given: string): Question {
  const text = given.replace(escapeSequence, '').trim().replace(quoted, '$2').trim();
  const ids: Target[] = containerIdsIn(text).map((id) => ({ kind: 'container', id }));
  const named = /\s/.test(text) ? [] : ([parseName(text)] as const).flatMap((target) => target ?? []);
  if (ids.length === 0 && onlyHex.test(text)) {
    return { targets: [{ kind: 'container', id: text }], otherwise: named, neverStarted: false };
  }
  if (ids.length === 0 && named.length > 0) {
    return { targets: named, otherwise: [], neverStarted: false };
  }
  const pods = together([...kubectlCommandsIn(text), ...podsNamedIn(text)]);
  const namespaces = new Set(pods.flatMap(({ namespace }) => namespace ?? []));
  const goneNode = goneNodeIn(text);
  return {
    // One namespace in the text is that of the ids, too.
    targets:
      ids.length === 0
        ? pods
        : ids.map((target) => ({ ...target, ...(namespaces.size === 1 && { namespace: [...namespaces][0] }) })),
    otherwise: ids.length === 0 ? [] : pods,
    neverStarted: saysNeverStarted(text),
    ...(goneNode !== undefined && { goneNode }),
  };
}

/** What several places of the text say of the same pod is one target; where they differ, it is two. */
function together(targets: Target[]): Target[] {
  const merged: Target[] = [];
  for (const target of targets) {
    const at = merged.findIndex((other) => agree(other, target));
    const other = merged[at];
    if (other === undefined) {
      merged.push(target);
    } else {
      merged[at] = { ...other, ...target };
    }
  }
  return merged;
}

function agree(a: Target, b: Target): boolean {
  const left: Record<string, unknown> = { ...a };
  return Object.entries(b).every(([key, value]) =>
    key === 'kind' || key === 'name' || key === 'id'
      ? left[key] === value
      : left[key] === undefined || left[key] === value
  );
}
