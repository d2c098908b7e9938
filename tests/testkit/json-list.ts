import * as z from 'zod';

/** What every command prints with `-o json`. */
export const jsonListSchema = z.strictObject({
  apiVersion: z.literal('afterlog.io/v1alpha1'),
  kind: z.string().regex(/List$/),
  items: z.array(z.unknown()),
  /** Of `afterlog logs`: what became of each container run. */
  containers: z.array(z.unknown()).optional(),
  complete: z.boolean(),
  warnings: z.array(z.string()),
});

/** The items of what a command printed with `-o json`. */
export const itemsOf = (stdout: string): unknown[] => jsonListSchema.parse(JSON.parse(stdout)).items;
