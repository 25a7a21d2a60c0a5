import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { renderConfigDocument, renderEnvExample } from './config-documents.js';
import { SETTINGS } from './settings.js';
import type { Setting } from './setting.js';

// After a change of the settings: npx vitest run libs/config --config scripts/vitest.config.ts --project int -u
describe('the documents made from the settings are up to date', () => {
  it('docs/config.md', () => expect(renderConfigDocument()).toMatchFileSnapshot('../../../docs/config.md'));
  it('.env.example', () => expect(renderEnvExample()).toMatchFileSnapshot('../../../.env.example'));
});

it('every setting stands in both, with a description', async () => {
  const documents = await Promise.all(
    ['docs/config.md', '.env.example'].map((file) => readFile(new URL(`../../../${file}`, import.meta.url), 'utf8')),
  );
  for (const [name, { description }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    expect(description).not.toBe('');
    for (const document of documents) expect(document).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

it('every default is one that its own parser takes', () => {
  for (const { parse, defaults } of Object.values<Setting<unknown>>(SETTINGS))
    for (const value of Object.values(defaults)) expect(() => parse(value)).not.toThrow();
});
