import { AppPlugin, type AppPluginMeta, PanelPlugin, type PanelPluginMeta, type PluginInclude } from '@grafana/data';

/** Loads the built app as Grafana does: its module through SystemJS. @throws where the module holds no app */
export async function loadApp(meta: AppPluginMeta): Promise<AppPlugin> {
  const { plugin } = await System.import(`/${meta.module}`);
  if (!(plugin instanceof AppPlugin)) {
    throw new Error(`/${meta.module} exports no AppPlugin named "plugin"`);
  }
  plugin.meta = meta;
  plugin.init(meta);
  return plugin;
}

/** The pages that the app asks to have in the navigation. */
export const pagesOf = ({ includes = [] }: AppPluginMeta): PluginInclude[] =>
  includes.filter(({ type, addToNav }) => `${type}` === 'page' && addToNav === true);

/** Loads the app's first nested panel. @returns nothing where it has none */
export async function loadPanel({ includes = [], baseUrl }: AppPluginMeta): Promise<PanelPlugin | undefined> {
  const include = includes.find(({ type }) => `${type}` === 'panel');
  if (include?.path === undefined) {
    return undefined;
  }
  const dir = `${baseUrl}/${include.path.replace(/\/?plugin\.json$/, '')}`;
  const answer = await fetch(`/${dir}/plugin.json`);
  const meta: PanelPluginMeta = await answer.json();
  const { plugin } = await System.import(`/${dir}/module.js`);
  if (!(plugin instanceof PanelPlugin)) {
    throw new Error(`/${dir}/module.js exports no PanelPlugin named "plugin"`);
  }
  plugin.meta = { ...meta, baseUrl: dir, module: `${dir}/module.js` };
  return plugin;
}
