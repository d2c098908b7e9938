// The modules that Grafana shares with its plugins, under the names that they ask for (public/app/features/plugins/
// loader/sharedDependencies.ts in grafana/grafana). Each is there once: the page stands on the same ones.
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import * as i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as react from 'react';
import * as reactJsxRuntime from 'react/jsx-runtime';
import * as reactDom from 'react-dom';
import * as reactInlineSvg from 'react-inlinesvg';
import * as reactRouter from 'react-router-dom';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';
import { HostPluginPage } from './chrome/PluginPage';
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';

const asDefault = (module: unknown) => ({ default: module, __useDefault: true });

const modules: Record<string, object> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': grafanaData,
  // Grafana puts its frame of a page in here by a function that the package does not export.
  '@grafana/runtime': { ...grafanaRuntime, PluginPage: HostPluginPage },
  '@grafana/ui': grafanaUi,
  i18next,
  lodash: asDefault(lodash),
  moment: asDefault(moment),
  react,
  'react/jsx-runtime': reactJsxRuntime,
  'react-dom': reactDom,
  'react-inlinesvg': reactInlineSvg,
  'react-router': reactRouter,
  rxjs,
  'rxjs/operators': rxjsOperators,
};

/** Makes SystemJS, the loader of Grafana's plugins, find the shared modules. */
export function shareModules(): void {
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(modules)) {
    imports[name] = `package:${name}`;
    System.set(`package:${name}`, module);
  }
  System.addImportMap({ imports });
}
