import * as z from 'zod';

const target = z.object({
  name: z.string(),
  url: z.string(),
  /** A real one, not this repository's host. */
  isGrafana: z.boolean(),
});
export type Target = z.infer<typeof target>;

const schema = z.object({
  chromium: z.string(),
  /** The Loki behind all targets; undefined where somebody else has set up the target. */
  lokiUrl: z.string().optional(),
  /** Where the app is to be seen, by the generation of Grafana's libraries, or one Grafana. */
  targets: z.array(target),
});

/** What the tests are told by what was set up for them. */
export type Environment = z.infer<typeof schema>;

const NAME = 'AFTERLOG_BROWSER_TESTS';

export function publish(environment: Environment): void {
  process.env[NAME] = JSON.stringify(environment);
}

/** @throws where nothing was set up */
export const environment = (): Environment => schema.parse(JSON.parse(process.env[NAME] ?? 'null'));

/** The names of what is tested, before it is set up: tests are named while their files are read. */
export const targetNames = (): string[] => environment().targets.map(({ name }) => name);
