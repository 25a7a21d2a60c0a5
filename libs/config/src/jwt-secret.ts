import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppConfig } from './app-config.js';
import type { Mode } from './setting.js';

export const MIN_SECRET_BYTES = 32;
const FILE_NAME = 'jwt-secret';

/** Secrets that stand in tutorials and templates, so that anyone can sign with them. */
const KNOWN_SECRETS: ReadonlySet<string> = new Set([
  '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  '5367566B59703373367639792F423F4528482B4D6251655468576D5A71347437',
  '3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b',
  'your-256-bit-secret-your-256-bit-secret',
  'a-string-secret-at-least-256-bits-long',
  '0123456789abcdef0123456789abcdef',
  'change-me-change-me-change-me-change-me',
  'changemechangemechangemechangeme',
]);

/** Why a secret must not sign tokens, as the rest of a sentence; null when it may. Known ones pass when embedded, which is bound to loopback. */
export function findSecretProblem(secret: Buffer, mode: Mode): string | null {
  if (secret.length < MIN_SECRET_BYTES) return `must have at least ${MIN_SECRET_BYTES} bytes`;
  const guessable = KNOWN_SECRETS.has(secret.toString('utf8')) || new Set(secret).size < 8;
  return guessable && mode === 'distributed' ? 'must not be a well-known or repeated text' : null;
}

/** The bytes of a secret file, without one line end at its end. */
export function readSecretFile(file: string): Buffer {
  const bytes = readFileSync(file);
  const lineEnd = bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1;
  return bytes.subarray(0, bytes.length - lineEnd);
}

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

function createSecretFile(file: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, randomBytes(48).toString('base64'), { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
}

/**
 * The secret of the embedded default: `<dataDir>/jwt-secret`, made with 48 random bytes in base64 and mode 0600 when it is not there. Two
 * processes that start together get the same one. Throws when the folder cannot be written or the file holds too short a secret.
 */
export function ensureSecret(dataDir: string): { secret: Buffer; source: string; created: boolean } {
  const file = join(dataDir, FILE_NAME);
  mkdirSync(dataDir, { recursive: true });
  let created = false;
  try {
    readFileSync(file);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
    createSecretFile(file);
    created = true;
  }
  const secret = readSecretFile(file);
  if (secret.length < MIN_SECRET_BYTES) throw new Error(`DATA_DIR: ${file} holds fewer than ${MIN_SECRET_BYTES} bytes`);
  return { secret, source: file, created };
}

/** The config as it is when it has a secret, else with that of {@link ensureSecret}. Composition roots call it right after `loadConfig`. */
export function withSecret(config: AppConfig): AppConfig {
  if (config.jwt.secret.length > 0) return config;
  const { secret, source } = ensureSecret(config.dataDir);
  return Object.freeze({ ...config, jwt: Object.freeze({ secret, secretSource: source }) });
}
