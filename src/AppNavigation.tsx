import React, { type MouseEvent } from 'react';
import { t } from './shared/texts';
import { locationService } from '@grafana/runtime';
import { Tab, TabsBar } from '@grafana/ui';
import { CONFIGURATION_PATH } from './shared/paths';
import { useLocation } from './shared/use-location';
import { isAdmin } from './app/is-admin';
import { linkTo } from './app/link-to';
import { type AppPage, PAGES } from './app-pages';

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
      {isAdmin() && (
        <Tab
          label={t('pages.configuration', 'Configuration')}
          icon="cog"
          href={CONFIGURATION_PATH}
          onChangeTab={follow(CONFIGURATION_PATH)}
        />
      )}
    </TabsBar>
  );
}
