import * as runtime from '@grafana/runtime';
import { appEvents } from './app-events';
import { backendSrv } from './backend-srv';
import { createDataSourceSrv } from './data-source-srv';
import { setOptionEditors, setStandardFieldOptions, setTransformers } from './panel-registries';
import { templateSrv } from './variables';

/** Sets what Grafana's runtime library hands out: without it, its getters give nothing and its hooks throw. */
export function setServices(): void {
  runtime.setBackendSrv(backendSrv);
  runtime.setDataSourceSrv(createDataSourceSrv());
  runtime.setTemplateSrv(templateSrv);
  runtime.setAppEvents(appEvents);
  setOptionEditors();
  setStandardFieldOptions();
  setTransformers();
  runtime.setReturnToPreviousHook(() => () => undefined);
  runtime.setChromeHeaderHeightHook(() => 40);
}
