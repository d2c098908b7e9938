import amdModule from 'amd-module';

// Grafana may serve plugins from another place than itself (a sub-path, a CDN): the lazy chunks lie where this module lies.
declare let __webpack_public_path__: string;

__webpack_public_path__ = amdModule.uri.slice(0, amdModule.uri.lastIndexOf('/') + 1);
