import {
  type AppPlugin,
  type ComponentTypeWithExtensionMeta,
  type PluginExtensionAddedLinkConfig,
  type PluginExtensionLink,
  PluginExtensionTypes,
} from '@grafana/data';
import {
  setPluginComponentHook,
  setPluginComponentsHook,
  setPluginFunctionsHook,
  setPluginLinksHook,
  type UsePluginLinksOptions,
} from '@grafana/runtime';
import { useMemo } from 'react';
import * as z from 'zod';

/** A link that the app added, and where it asked to be shown. */
export interface AddedLink {
  config: PluginExtensionAddedLinkConfig;
  targets: string[];
}

/** What Grafana's registries of extensions hold: everything of the one app. */
export class Extensions {
  constructor(readonly app: AppPlugin) {}

  get links(): AddedLink[] {
    return this.app.addedLinkConfigs.map((config) => ({ config, targets: [config.targets].flat() }));
  }

  /** The links at an extension point, as Grafana shows them: where `configure` gives nothing, there is none. */
  linksAt({ extensionPointId, context }: UsePluginLinksOptions): PluginExtensionLink[] {
    return this.links
      .filter(({ targets }) => targets.includes(extensionPointId))
      .flatMap(({ config }) => {
        const override = config.configure === undefined ? {} : config.configure(context);
        if (override === undefined) {
          return [];
        }
        const { title, description, path, icon, category } = { ...config, ...override };
        const onClick = config.onClick;
        return [
          {
            ...{ id: `${extensionPointId}/${title}`, type: PluginExtensionTypes.link as const },
            ...{ pluginId: this.app.meta.id, title, description: description ?? '', path, icon, category },
            onClick:
              onClick && ((event?: React.MouseEvent) => onClick(event, { context, extensionPointId, ...noDialogs })),
          },
        ];
      });
  }

  /**
   * Lets the app's own hooks find them, and any page of the host. As Grafana does while a plugin is developed, it reports
   * what is registered and not announced in plugin.json.
   */
  register(): void {
    this.unannounced().forEach((what) => console.error(`Not in plugin.json, so Grafana leaves it out: ${what}`));
    setPluginLinksHook((options) => {
      const { extensionPointId, context } = options;
      const links = useMemo(() => this.linksAt({ extensionPointId, context }), [extensionPointId, context]);
      return { isLoading: false, links };
    });
    setPluginComponentHook((id) => {
      const exposed = this.app.exposedComponentConfigs.find((config) => config.id === id);
      return { isLoading: false, component: exposed?.component };
    });
    const none: ComponentTypeWithExtensionMeta[] = [];
    setPluginComponentsHook(() => ({ isLoading: false, components: none }));
    setPluginFunctionsHook(() => ({ isLoading: false, functions: [] }));
  }

  private unannounced(): string[] {
    const announced = announcedSchema.parse(this.app.meta.extensions ?? {});
    const links = this.links.filter(
      ({ config, targets }) =>
        !announced.addedLinks.some(
          (link) => link.title === config.title && targets.every((target) => [link.targets].flat().includes(target))
        )
    );
    const components = this.app.exposedComponentConfigs.filter(
      ({ id }) => !announced.exposedComponents.some((component) => component.id === id)
    );
    return [...links.map(({ config }) => `link "${config.title}"`), ...components.map(({ id }) => `component ${id}`)];
  }
}

const announcedSchema = z.object({
  addedLinks: z.array(z.object({ targets: z.union([z.string(), z.array(z.string())]), title: z.string() })).default([]),
  exposedComponents: z.array(z.object({ id: z.string() })).default([]),
});

function refuse(): never {
  throw new Error('this host opens no dialogs for extensions');
}

const noDialogs = { openModal: refuse, openSidebar: refuse, closeSidebar: refuse, toggleSidebar: refuse };
