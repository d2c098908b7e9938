import { config } from '@grafana/runtime';

/** Whether Grafana lets this user configure apps: others are sent away from the configuration page. */
export function isAdmin(): boolean {
  const { user } = config.bootData;
  return user.orgRole === 'Admin' || user.isGrafanaAdmin;
}
