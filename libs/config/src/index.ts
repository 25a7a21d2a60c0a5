export type { AppConfig, HttpConfig, LogLevel, RateLimitConfig, StompConfig } from './app-config.js';
export { ConfigError } from './config-error.js';
export { loadConfig, type LoadOptions } from './load-config.js';
export type { Service } from './check-settings.js';
export { ensureSecret, withSecret, MIN_SECRET_BYTES } from './jwt-secret.js';
export { renderConfigDocument, renderEnvExample, renderSettingsTable } from './config-documents.js';
export type { Mode, Rate } from './setting.js';
