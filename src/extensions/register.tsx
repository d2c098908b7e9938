// Loaded with every Grafana page: nothing heavy is imported here.
import React, { lazy, Suspense } from 'react';
import type { AppPlugin } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import plugin from '../plugin.json';
import { LOOKUP_PATH } from '../shared/paths';
import { t } from '../shared/texts';
import { translated } from '../shared/translated';
import { knownOfFilters, knownOfLabel, knownOfQueries, LINKED_LABELS } from './contexts';
import type { ExposedLookupProps } from './ExposedLookup';
import { type Known, whereTo } from './where-to';

const ExposedLookup = lazy(() => translated(import(/* webpackChunkName: "exposed-lookup" */ './ExposedLookup')));

const LazyLookup = (props: ExposedLookupProps) => (
  <Suspense fallback={null}>
    <ExposedLookup {...props} />
  </Suspense>
);

/** Grafana takes only what plugin.json announces, so that is where the texts come from. */
const [ofQueries, ofLines, ofDrilldown, ofPalette] = plugin.extensions.addedLinks;
const [lookup] = plugin.extensions.exposedComponents;

/**
 * Links into the app from other places of Grafana, and the look-up for other plugins. Grafana 11.0 does not know how;
 * places that a version does not have are left alone by it.
 */
export function registerExtensions(app: Pick<AppPlugin, keyof AppPlugin>): void {
  if (typeof app.addLink !== 'function' || typeof app.exposeComponent !== 'function') {
    return;
  }
  const link = (entry: typeof ofQueries, knownOf: (context: unknown) => Known | undefined, category?: string) =>
    entry &&
    app.addLink({
      ...entry,
      path: LOOKUP_PATH,
      icon: 'question-circle',
      category,
      configure: (context: unknown) => {
        const known = knownOf(context);
        const path = known && whereTo(known);
        return path === undefined ? undefined : { path, title: whereText() };
      },
    });
  link(ofQueries, knownOfQueries);
  // Grafana shows a link of this place beside the label that the link's category names, and one without nowhere
  // (grafana/grafana, public/app/features/logs/components/panel/useAttributesExtensionLinks.ts).
  for (const label of LINKED_LABELS) {
    link(ofLines, (context) => knownOfLabel(context, label), label);
  }
  if (ofDrilldown) {
    app.addLink({
      ...ofDrilldown,
      icon: 'clock-nine',
      configure: (context: unknown) =>
        pathOfFilters(context) === undefined
          ? undefined
          : { title: t('extensions.drilldown', 'Job runs and lost logs') },
      // Logs Drilldown follows no path.
      onClick: (_, { context }) => {
        const path = pathOfFilters(context);
        if (path !== undefined) {
          locationService.push(path);
        }
      },
    });
  }
  if (ofPalette) {
    const configure = () => ({ title: t('extensions.palette', 'Look up a container’s log') });
    app.addLink({ ...ofPalette, path: LOOKUP_PATH, icon: 'search', configure });
  }
  if (lookup) {
    app.exposeComponent<ExposedLookupProps>({ ...lookup, component: LazyLookup });
  }
}

function pathOfFilters(context: unknown): string | undefined {
  const known = knownOfFilters(context);
  return known && whereTo(known);
}

const whereText = () => t('extensions.where', 'What became of this log?');
