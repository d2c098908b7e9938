import * as z from 'zod';
import { flagForm } from './settings';
import { list } from './units';

/** Matches any text that a shell's `*` (any characters) and `?` (one) would. */
export function globPattern(glob: string): RegExp {
  const pattern = glob
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 's');
}

/** Patterns of names. */
export const globs = list.refine(
  (patterns) => patterns.every((pattern) => /^[\w.*?-]+$/.test(pattern)),
  'invalid pattern (example: team-*)'
);

/** `app=web-*`, or `app` for any value. */
const labelGlobs = list.refine(
  (patterns) => patterns.every((pattern) => /^[\w./-]+(=[\w.*?-]*)?$/.test(pattern)),
  'invalid label (example: app=web-*)'
);

const included = (what: string, example: string) =>
  globs
    .prefault([])
    .describe(`${what} to ship, with * and ? (default: all)`)
    .register(flagForm, { value: example, repeatable: true });
const excluded = (what: string, example: string) =>
  globs.prefault([]).describe(`${what} not to ship`).register(flagForm, { value: example, repeatable: true });

/** Which containers are shipped. */
export const selectSchema = z.strictObject({
  namespaces: z.strictObject({
    include: included('namespaces', 'team-*'),
    exclude: excluded('namespaces', 'kube-*'),
  }),
  pods: z.strictObject({ include: included('pods', 'web-*'), exclude: excluded('pods', 'web-*') }),
  containers: z.strictObject({
    include: included('containers', 'app'),
    exclude: excluded('containers', 'istio-*'),
  }),
  labels: z.strictObject({
    include: labelGlobs
      .prefault([])
      .describe('labels of pods to ship, as name=value; needs --kubelet.url')
      .register(flagForm, { value: 'app=web-*', repeatable: true }),
    exclude: labelGlobs
      .prefault([])
      .describe('labels of pods not to ship; needs --kubelet.url')
      .register(flagForm, { value: 'app=web-*', repeatable: true }),
  }),
  annotation: z
    .string()
    .prefault('')
    .describe(
      'annotation with which a pod excludes itself by the value "false", such as afterlog.io/ship; needs --kubelet.url'
    )
    .register(flagForm, { value: 'name' }),
});

export type SelectSettings = z.output<typeof selectSchema>;
