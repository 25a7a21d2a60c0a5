import { readFileSync } from 'node:fs';
import { renderSettingsTable } from '@app/config';
import { expect, it } from 'vitest';

/** The settings that whoever starts the system needs first. */
const FIRST = [
  'HOST',
  'GATEWAY_PORT',
  'AUTH_PORT',
  'CHAT_PORT',
  'GATEWAY_CHAT_PORT',
  'DATA_DIR',
  'CORS_ORIGINS',
  'TRUSTED_PROXIES',
  'JWT_SECRET',
  'JWT_SECRET_FILE',
  'RATE_LIMITS',
  'LOG_LEVEL',
  'INSTANCE_ID',
  'MODE',
];

/** The formatter pads tables. */
const unpadded = (table: string): string =>
  table
    .trim()
    .replace(/ +/g, ' ')
    .replace(/ ?-{3,} ?/g, '---');

it('the settings in the README are those of the schema', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, table] = /<!-- settings:begin -->\n([^]*?)\n<!-- settings:end -->/.exec(readme) ?? [];
  expect(unpadded(table ?? '')).toBe(unpadded(renderSettingsTable(FIRST)));
});
