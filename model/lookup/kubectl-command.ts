import { parseName } from './name';
import type { Target } from './target';

/** Flags of `kubectl logs` that take a value (kubectl 1.20–1.36: `kubectl logs --help`, `kubectl options`). */
const withValue =
  /^--(?:namespace|container|selector|tail|since|since-time|context|cluster|user|kubeconfig|server|token|as|limit-bytes|max-log-requests|pod-running-timeout|request-timeout)$/;
const shortWithValue: Record<string, string> = {
  n: '--namespace',
  c: '--container',
  l: '--selector',
  s: '--server',
  v: '--v',
};

/** The `kubectl logs` commands in a text that name a pod, a Job or a CronJob: people paste the command with its answer. */
export function kubectlCommandsIn(text: string): Target[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n|[|;&]|\$\(/)
    .flatMap((command) => targetOf(command.replace(/( logs? .*?)\d?>.*/, '$1')) ?? []);
}

function targetOf(command: string): Target | undefined {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'<>])+/g)?.map((word) => word.replace(/["'`)]/g, '')) ?? [];
  const start = words.findIndex((word) => /^(?:.*\/)?(?:kubectl|oc|k)$/.test(word));
  const { plain, flags } =
    start < 0 ? { plain: [], flags: new Map<string, string>() } : sortOut(words.slice(start + 1));
  const [verb, what, container] = plain;
  if ((verb !== 'logs' && verb !== 'log') || what === undefined) {
    return undefined;
  }
  const target = parseName(what);
  if (target === undefined) {
    return undefined;
  }
  const previous = flags.has('--previous') || flags.has('-p');
  return {
    ...target,
    ...defined('namespace', flags.get('--namespace') ?? target.namespace),
    ...defined('container', flags.get('--container') ?? container),
    ...(previous && { previous }),
  };
}

const defined = (name: 'namespace' | 'container', value?: string) => (value ? { [name]: value } : {});

/** Plain words and flags of a command line, with the flags' values. */
function sortOut(words: string[]): { plain: string[]; flags: Map<string, string> } {
  const plain: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('--')) {
      const [name = '', value] = word.split('=', 2);
      flags.set(name, value ?? (withValue.test(name) ? (words[++i] ?? '') : ''));
    } else if (word.startsWith('-') && word.length > 1) {
      i += shortFlags(word, words[i + 1], flags);
    } else {
      plain.push(word);
    }
  }
  return { plain, flags };
}

/** `-f`, `-fp`, `-n ns`, `-nns`, `-n=ns`. @returns how many more words they took */
function shortFlags(word: string, next: string | undefined, flags: Map<string, string>): number {
  for (let i = 1; i < word.length; i++) {
    const long = shortWithValue[word.charAt(i)];
    if (long !== undefined) {
      const rest = word.slice(i + 1).replace(/^=/, '');
      flags.set(long, rest === '' ? (next ?? '') : rest);
      return rest === '' ? 1 : 0;
    }
    flags.set(`-${word.charAt(i)}`, '');
  }
  return 0;
}
