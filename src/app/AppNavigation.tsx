import React, { type MouseEvent } from 'react';
import { t } from '../texts';
import { locationService } from '@grafana/runtime';
import { Tab, TabsBar } from '@grafana/ui';
import { CONFIGURATION_PATH } from '../paths';
import { useLocation } from '../use-location';
import { type AppPage, PAGES } from './pages';

/** What pages have in common stays in the address on the way from one to another. */
const SHARED = ['from', 'to', 'timezone', 'cluster', 'namespace', 'job', 'node', 'verdict', 'cause', 'text'];

/** The address of another page with the time and the filters of this one, but for those given. */
export function linkTo(path: string, search: string, given: Record<string, string> = {}): string {
  const shared = [...new URLSearchParams(search)].filter(([name]) => SHARED.includes(name) && !(name in given));
  const parameters = new URLSearchParams([...shared, ...Object.entries(given)]).toString();
  return parameters === '' ? path : `${path}?${parameters}`;
}

/** The way between the pages. */
export function AppNavigation({ current }: { current: AppPage }) {
  const search = useLocation('search');
  const follow = (href: string) => (event: MouseEvent<HTMLElement>) => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      locationService.push(href);
    }
  };
  return (
    <TabsBar>
      {PAGES.map(({ path, icon, title }) => {
        const href = linkTo(path, search);
        const isCurrent = path === current.path;
        return <Tab key={path} label={title()} icon={icon} href={href} active={isCurrent} onChangeTab={follow(href)} />;
      })}
      <Tab
        label={t('pages.configuration', 'Configuration')}
        icon="cog"
        href={CONFIGURATION_PATH}
        onChangeTab={follow(CONFIGURATION_PATH)}
      />
    </TabsBar>
  );
}
