import { LIMIT_SETTINGS } from './limit-settings.js';
import { SERVICE_SETTINGS } from './service-settings.js';
import type { Setting } from './setting.js';

/** Every setting by its name in the environment: what `loadConfig` reads and what the documents are made from. */
export const SETTINGS = { ...SERVICE_SETTINGS, ...LIMIT_SETTINGS } satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
export type SettingValues = { readonly [K in SettingName]: ReturnType<(typeof SETTINGS)[K]['parse']> };
