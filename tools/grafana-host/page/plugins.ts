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

/** Loads the panels nested in the app, by their ids. @throws where a module holds no panel */
export async function loadPanels({ includes = [], baseUrl }: AppPluginMeta): Promise<Map<string, PanelPlugin>> {
  const paths = includes.flatMap(({ type, path }) => (`${type}` === 'panel' && path !== undefined ? [path] : []));
  const panels = await Promise.all(paths.map((path) => loadPanel(`${baseUrl}/${path.replace(/\/plugin\.json$/, '')}`)));
  return new Map(panels.map((panel) => [panel.meta.id, panel]));
}

async function loadPanel(dir: string): Promise<PanelPlugin> {
  const answer = await fetch(`/${dir}/plugin.json`);
  const meta: PanelPluginMeta = await answer.json();
  const { plugin } = await System.import(`/${dir}/module.js`);
  if (!(plugin instanceof PanelPlugin)) {
    throw new Error(`/${dir}/module.js exports no PanelPlugin named "plugin"`);
  }
  plugin.meta = { ...meta, baseUrl: dir, module: `${dir}/module.js` };
  return plugin;
}
