import plugin from '../../../src/plugin.json';

export const PLUGIN_ID = plugin.id;
