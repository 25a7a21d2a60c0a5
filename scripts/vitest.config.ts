import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

// Vitest puts a BASE_URL of its own into the environment of what it runs, so the user's is kept under another name.
const { BASE_URL, AUTH_URL, CHAT_URL } = process.env;
if (BASE_URL?.startsWith('http'))
  process.env['SYSTEM_URLS'] = JSON.stringify({
    gateway: BASE_URL,
    auth: AUTH_URL ?? BASE_URL,
    chat: CHAT_URL ?? BASE_URL,
  });

/**
 * unit: beside the source, no port, no process. int: one lib or app on real adapters (files, sockets). flows: the whole system by its public
 * doors; BASE_URL points them at a running one, else they boot the built standalone.
 */
export default defineConfig({
  root,
  resolve: { tsconfigPaths: true },
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        // Nothing in them outlives its file, so workers keep what they have loaded: a quarter of the time.
        test: { name: 'unit', isolate: false, include: ['{apps,libs}/**/*.spec.ts', 'scripts/**/*.spec.ts'] },
      },
      {
        extends: true,
        test: { name: 'int', include: ['{apps,libs}/**/*.int-spec.ts', 'scripts/**/*.int-spec.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'flows',
          include: ['apps/**/*.e2e-spec.ts'],
          globalSetup: ['apps/standalone/test/system.setup.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
