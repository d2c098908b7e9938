import { type AppPluginMeta, PluginType } from '@grafana/data';
import plugin from '../../src/plugin.json';
import type { JsonData } from '../../src/shared/settings';

/** The app as Grafana hands it to its pages. */
export const appMeta = (
  jsonData: JsonData | undefined,
  more: Partial<AppPluginMeta<JsonData>> = {}
): AppPluginMeta<JsonData> => ({
  id: plugin.id,
  name: plugin.name,
  type: PluginType.app,
  module: '',
  baseUrl: '',
  enabled: true,
  info: { ...plugin.info, description: '', links: [], screenshots: [] },
  ...(jsonData !== undefined && { jsonData }),
  ...more,
});
