import plugin from '../plugin.json';

export const PLUGIN_ID = plugin.id;
/** Of the panel that is nested in the app. */
export const PANEL_ID = 'afterlog-jobtimeline-panel';
const APP_PATH = `/a/${PLUGIN_ID}`;
export const TIMELINE_PATH = `${APP_PATH}/timeline`;
export const LOST_LOGS_PATH = `${APP_PATH}/lost-logs`;
export const LOOKUP_PATH = `${APP_PATH}/lookup`;
export const CAPACITY_PATH = `${APP_PATH}/capacity`;
export const COVERAGE_PATH = `${APP_PATH}/coverage`;
export const CONFIGURATION_PATH = `/plugins/${PLUGIN_ID}?page=configuration`;
