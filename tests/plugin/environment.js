const { TestEnvironment } = require('jest-environment-jsdom');

// jsdom has its own globals. The embedded store runs beside the page and needs Node's.
const ofNode = {
  ...{ TextEncoder, TextDecoder, structuredClone, setImmediate, clearImmediate, fetch, Response, Request, Headers },
  ...{ URL, URLSearchParams },
  ...{
    Uint8Array,
    ArrayBuffer,
    AbortController,
    AbortSignal,
    ReadableStream,
    TransformStream,
    MessageChannel,
    MessagePort,
    performance,
  },
};

module.exports = class PluginEnvironment extends TestEnvironment {
  exportConditions() {
    return ['node', 'node-addons'];
  }

  async setup() {
    await super.setup();
    Object.assign(this.global, ofNode);
  }
};
