import plugin from './plugin.json';

export const PLUGIN_ID = plugin.id;
export const LOOKUP_PATH = `/a/${PLUGIN_ID}/lookup`;
export const CONFIGURATION_PATH = `/plugins/${PLUGIN_ID}?page=configuration`;
