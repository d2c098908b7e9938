import { selectSchema } from '../../config/selection';
import { Selection } from './selection';

const nothing = { namespaces: {}, pods: {}, containers: {}, labels: {} };
const exclusionOf = (settings: object, namespace: string, pod = 'p', container = 'c') =>
  new Selection(selectSchema.parse({ ...nothing, ...settings })).exclusionOf({ namespace, pod, container });

test('everything is shipped where nothing is said', () => {
  expect(exclusionOf({}, 'kube-system')).toBeNull();
});

test.each<[string, object, [string, string?, string?], string | null]>([
  ['an excluded name', { namespaces: { exclude: ['kube-*', 'a'] } }, ['kube-dns'], 'select.namespaces.exclude: kube-*'],
  ['one that only begins so', { namespaces: { exclude: ['kube'] } }, ['kube-dns'], null],
  ['one that is included', { namespaces: { include: ['team-?'] } }, ['team-a'], null],
  ['one that is not', { namespaces: { include: ['team-?'] } }, ['team-ab'], 'select.namespaces.include'],
  [
    'exclusion before inclusion',
    { namespaces: { include: ['team-*'], exclude: ['team-b'] } },
    ['team-b'],
    'select.namespaces.exclude: team-b',
  ],
  ['a pod', { pods: { exclude: ['web-*'] } }, ['n', 'web-1'], 'select.pods.exclude: web-*'],
  ['a container', { containers: { include: ['app'] } }, ['n', 'p', 'proxy'], 'select.containers.include'],
  ['a dot is a dot', { pods: { exclude: ['a.b'] } }, ['n', 'axb'], null],
])('%s', (_case, settings, names, rule) => {
  expect(exclusionOf(settings, ...names)).toBe(rule);
});

test('a pattern that no name can match is an error', () => {
  expect(selectSchema.safeParse({ ...nothing, pods: { include: ['web/*'] } }).error?.issues[0]?.message).toContain(
    'invalid pattern'
  );
});
