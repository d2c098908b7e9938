import type { Mention } from './messages';
import { parseName } from './name';
import type { Target } from './target';

/** Flags of kubectl that take a value (kubectl 1.20–1.36: `kubectl logs --help`, `kubectl options`). */
const withValue =
  /^--(?:namespace|container|selector|tail|since|since-time|context|cluster|user|kubeconfig|server|token|as|limit-bytes|max-log-requests|pod-running-timeout|request-timeout|output|label-columns|sort-by|field-selector|filename|target|image)$/;
const shortWithValue: Record<string, string> = {
  n: '--namespace',
  c: '--container',
  l: '--selector',
  s: '--server',
  v: '--v',
  o: '--output',
};

/** Verbs of kubectl that are about the objects they name. */
const verbs = /^(?:logs?|get|describe|delete|exec|attach|debug|cp|top|wait|edit|port-forward)$/;
/** Verbs whose object is a pod, unless a kind stands before it. */
const podVerbs = /^(?:logs?|exec|attach|debug|port-forward)$/;
const kindWord = /^(?:pods?|po|jobs?(?:\.batch)?|cj|cronjobs?(?:\.batch)?)$/;
/** A prompt may stand right before the command, as in `[root@m ~]#kubectl`. */
const program = /(?:^|[^-\w.])(?:kubectl(?:\.exe)?|kubecolor|oc|k|stern)(?=\s)/g;
/** A command is no longer than this. */
const MAX_LENGTH = 2000;

/** The commands of kubectl in a text that name a pod, a Job or a CronJob: people paste the command with its answer. */
export function kubectlCommandsIn(text: string): Mention[] {
  const mentions: Mention[] = [];
  for (const { index } of text.matchAll(program)) {
    const command = text
      .slice(index, index + MAX_LENGTH)
      .replace(/\\\r?\n/g, ' ')
      .split(/\r?\n|[|;&]|\$\(/, 1)[0];
    mentions.push(...targetsOf(command ?? '').map((target) => ({ at: index, target })));
  }
  return mentions;
}

function targetsOf(command: string): Target[] {
  // What a command's output is sent to is none of its words.
  const text = command.replace(/\s\d?>.*/, '');
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'<>])+/g)?.map((word) => word.replace(/["'`)]/g, '')) ?? [];
  const { plain, flags } = sortOut(words.slice(1));
  // `minikube kubectl -- logs`: what stands before the verb says nothing.
  const [verb, ...objects] = /stern$/.test(words[0] ?? '') ? ['logs', plain[0] ?? ''] : plain;
  if (verb === undefined || !verbs.test(verb)) {
    return [];
  }
  const narrowing = {
    ...defined('namespace', flags.get('--namespace')),
    ...defined('container', flags.get('--container')),
    ...((flags.has('--previous') || flags.has('-p')) && /^logs?$/.test(verb) && { previous: true }),
  };
  const selected = objects.every((word) => kindWord.test(word)) ? jobSelected(flags.get('--selector')) : [];
  return [...objectsOf(verb, objects), ...selected].map((target) => ({ ...target, ...narrowing }));
}

/** The Job of a selector: `job-name=j`, `batch.kubernetes.io/job-name=j`, among others. */
function jobSelected(selector = ''): Target[] {
  const job = /(?:^|,)(?:batch[.]kubernetes[.]io\/)?job-name==?([^,]+)/.exec(selector)?.[1];
  return job === undefined ? [] : [parseName(`job/${job}`)].flatMap((target) => target ?? []);
}

/** What a verb is about: `NAME`, `KIND/NAME`, `KIND NAME…`; behind a pod's name `kubectl logs` takes a container's. */
function objectsOf(verb: string, [first, second, ...more]: string[]): Target[] {
  if (first === undefined) {
    return [];
  }
  if (kindWord.test(first) && second !== undefined) {
    return [second, ...more].flatMap((object) => parseName(`${first}/${object}`) ?? []);
  }
  if (!podVerbs.test(verb) && !first.includes('/')) {
    return [];
  }
  // `kubectl cp NAMESPACE/POD:PATH …`
  const target = parseName(verb === 'cp' ? first.replace(/:.*/, '') : first);
  return target === undefined ? [] : [{ ...target, ...(/^logs?$/.test(verb) ? defined('container', second) : {}) }];
}

const defined = (name: 'namespace' | 'container', value?: string) => (value ? { [name]: value } : {});

/** Plain words and flags of a command line, with the flags' values. */
function sortOut(words: string[]): { plain: string[]; flags: Map<string, string> } {
  const plain: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('--')) {
      const [, name = '', value] = /^(--[^=]*)(?:=(.*))?$/.exec(word) ?? [];
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
