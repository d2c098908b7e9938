import * as runtime from '@grafana/runtime';
import { appEvents } from './app-events';
import { backendSrv } from './backend-srv';
import { createDataSourceSrv } from './data-source-srv';

const templateSrv: runtime.TemplateSrv = {
  getVariables: () => [],
  replace: (target) => target ?? '',
  containsTemplate: () => false,
  updateTimeRange: () => undefined,
};

/** Sets what Grafana's runtime library hands out: without it, its getters give nothing and its hooks throw. */
export function setServices(): void {
  runtime.setBackendSrv(backendSrv);
  runtime.setDataSourceSrv(createDataSourceSrv());
  runtime.setTemplateSrv(templateSrv);
  runtime.setAppEvents(appEvents);
  runtime.setReturnToPreviousHook(() => () => undefined);
  runtime.setChromeHeaderHeightHook(() => 40);
}
