import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSecret, readSecretFile, withSecret } from './jwt-secret.js';
import { loadConfig } from './load-config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the generated secret', () => {
  it('is made once, with the folder, and readable by its owner only', () => {
    const dataDir = join(folder, 'new', 'data');
    const first = ensureSecret(dataDir);
    expect(first).toMatchObject({ source: join(dataDir, 'jwt-secret'), created: true });
    expect(first.secret.toString()).toMatch(/^[A-Za-z0-9+/]{64}$/);
    expect(statSync(first.source).mode & 0o777).toBe(0o600);
    expect(ensureSecret(dataDir)).toEqual({ ...first, created: false });
    expect(readdirSync(dataDir)).toEqual(['jwt-secret']);
  });

  it('differs from folder to folder', () => {
    expect(ensureSecret(join(folder, 'a')).secret).not.toEqual(ensureSecret(join(folder, 'b')).secret);
  });

  it('is not replaced when it is too short: tokens may depend on it', () => {
    writeFileSync(join(folder, 'jwt-secret'), 'short');
    expect(() => ensureSecret(folder)).toThrow(/^DATA_DIR: .*fewer than 32 bytes$/);
    expect(readFileSync(join(folder, 'jwt-secret'), 'utf8')).toBe('short');
  });

  it('cannot be made where no folder can be', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => ensureSecret(join(folder, 'file', 'data'))).toThrow(/ENOTDIR/);
  });

  it('is used when none was given, and only then', () => {
    const embedded = withSecret(loadConfig({ DATA_DIR: folder }));
    expect(embedded.jwt.secret).toEqual(readFileSync(join(folder, 'jwt-secret')));
    const other = join(folder, 'other');
    const given = loadConfig({ DATA_DIR: other, JWT_SECRET: 'x'.repeat(32) });
    expect(withSecret(given)).toBe(given);
    expect(existsSync(other)).toBe(false);
  });
});

describe('a secret file', () => {
  it.each([
    ['no line end', 'abc', 'abc'],
    ['one line end', 'abc\n', 'abc'],
    ['one line end of Windows', 'abc\r\n', 'abc'],
    ['two line ends', 'abc\n\n', 'abc\n'],
    ['space', ' abc ', ' abc '],
    ['nothing', '', ''],
  ])('with %s', (_case, text, secret) => {
    const file = join(folder, 'file');
    writeFileSync(file, text);
    expect(readSecretFile(file).toString()).toBe(secret);
  });
});
