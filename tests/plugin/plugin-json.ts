import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { pluginDirs, root } from './built-plugin';

const image = z.string().regex(/^[^./].*\.(svg|png|jpe?g|gif)$/);

const pluginJson = z.object({
  id: z.string().regex(/^[0-9a-z]+-[0-9a-z]+-(app|panel)$/),
  type: z.enum(['app', 'panel']),
  name: z.string().min(1),
  info: z.object({
    description: z.string().min(1),
    keywords: z.array(z.string()).min(1),
    author: z.object({ name: z.string().min(1) }),
    logos: z.object({ small: image, large: image }),
    screenshots: z.array(z.object({ name: z.string(), path: image })).default([]),
    version: z.literal('%VERSION%'),
    updated: z.literal('%TODAY%'),
  }),
  includes: z.array(z.object({ type: z.string(), name: z.string(), path: z.string() })).default([]),
  dependencies: z.object({ grafanaDependency: z.string(), plugins: z.array(z.unknown()).default([]) }),
  languages: z.array(z.string()).default([]),
});

/** Each plugin.json of this repository with its folder below src/, the app's first. @throws where one is not valid */
export const plugins = pluginDirs.map((dir) => {
  const text = readFileSync(join(root, 'src', dir, 'plugin.json'), 'utf8');
  return { dir, ...pluginJson.parse(JSON.parse(text)) };
});
