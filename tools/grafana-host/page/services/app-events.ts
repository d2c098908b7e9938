import { EventBusSrv } from '@grafana/data';

/** What Grafana's parts and plugins tell each other. */
export const appEvents = new EventBusSrv();
