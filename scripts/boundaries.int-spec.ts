import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './workspace.mjs';

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

/** Runs the rules on a tree and returns what they forbid. */
async function cruise(root: string): Promise<Violation[]> {
  const bin = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs'];
  const child = spawn(process.execPath, [bin, ...args], { cwd: root });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, 'close');
  if (output === '') throw new Error(errors);
  return (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
}

const importing = (...targets: string[]): string =>
  targets.map((target, i) => `import * as i${i} from '${target}';\nconsole.log(i${i});\n`).join('') +
  'export const own = 1;\n';

/** One violation of each rule, each in a file of its own, and things near them that are allowed. */
const PLANTED: Readonly<Record<string, readonly [file: string, content: string]>> = {
  'no-cycles': ['apps/chat/src/cycle/one.ts', importing('./two.js')],
  resolvable: ['libs/config/src/lost.ts', importing('./nowhere.js')],
  'apps-are-islands': ['apps/chat/src/island/bridge.ts', importing('@apps/auth')],
  'apps-through-front-door': ['apps/standalone/src/back-door.ts', importing('../../auth/src/plain.js')],
  'libs-never-import-apps': ['libs/security/src/upward.ts', importing('@apps/auth')],
  'libs-through-front-door': ['apps/auth/src/window.ts', importing('../../../libs/config/src/inner.js')],
  'contracts-is-pure': ['libs/contracts/src/impure.ts', importing('node:fs')],
  'ground-floor-stands-on-contracts': ['libs/config/src/neighbour.ts', importing('@app/observability')],
  'adapters-do-not-know-each-other': ['libs/presence/src/neighbour.ts', importing('@app/message-bus')],
  'http-kit-knows-no-adapter': ['libs/http-kit/src/neighbour.ts', importing('@app/database')],
  'stomp-stands-alone': ['libs/stomp/src/chatty.ts', importing('@app/contracts')],
  'stomp-broker-knows-no-socket': ['libs/stomp/src/broker/wire.ts', importing('ws')],
  'stomp-codec-is-pure': ['libs/stomp/src/codec/high.ts', importing('../broker/frames.js')],
  'testing-only-from-tests': ['apps/auth/src/tested.ts', importing('@app/testing')],
  'no-tests-in-the-build': ['apps/auth/src/fixed.ts', importing('./some.fixture.js')],
  'no-dev-packages-in-the-build': ['apps/auth/src/tool.ts', importing('prettier')],
  'kafka-in-message-bus': ['apps/chat/src/kafka.ts', importing('kafkajs')],
  'redis-behind-ports': ['apps/chat/src/redis.ts', importing('ioredis')],
  'consul-in-discovery': ['apps/gateway/src/consul.ts', importing('consul')],
  'sql-drivers-in-database': ['apps/chat/src/sql.ts', importing('mysql2')],
  'node-sqlite-in-database': ['apps/chat/src/sqlite.ts', importing('node:sqlite')],
  'gateway-has-no-storage': ['apps/gateway/src/hoard.ts', importing('@app/presence')],
  'auth-has-no-sockets': ['apps/auth/src/socket.ts', importing('@app/stomp')],
  'features-through-front-door': ['apps/chat/src/alpha/peek.ts', importing('../beta/secret.js')],
  'schema-knows-entities-only': ['apps/chat/src/database/peek.ts', importing('../beta/secret.js')],
  'features-do-not-import-the-root': ['apps/chat/src/alpha/climb.ts', importing('../kafka.js')],
  'orm-only-in-persistence': ['apps/chat/src/alpha/orm.service.ts', importing('typeorm')],
  'edges-do-not-touch-storage': ['apps/chat/src/alpha/thin.controller.ts', importing('./thick.repository.js')],
  'no-orphans': ['apps/chat/src/alpha/alone.ts', 'export const own = 1;\n'],
};

const ALLOWED: Readonly<Record<string, string>> = {
  'apps/chat/src/cycle/two.ts': importing('./one.js'),
  'apps/auth/src/index.ts': importing('./plain.js', '@app/config'),
  'apps/auth/src/plain.ts': importing('@app/contracts'),
  'apps/auth/src/some.fixture.ts': importing('@app/testing', 'vitest'),
  'apps/auth/src/plain.spec.ts': importing('vitest', '@app/testing', '@apps/chat', 'typeorm'),
  'apps/chat/src/index.ts': importing('./beta/index.js', '@app/stomp'),
  'apps/chat/src/chat.tokens.ts': importing('@app/contracts'),
  'apps/chat/src/alpha/index.ts': importing('../beta/index.js', '../chat.tokens.js'),
  'apps/chat/src/alpha/thick.repository.ts': importing('typeorm'),
  'apps/chat/src/beta/index.ts': importing('./secret.js'),
  'apps/chat/src/beta/secret.ts': importing('@app/message-bus'),
  'apps/chat/src/beta/thing.entity.ts': importing('typeorm'),
  'apps/chat/src/database/schema.ts': importing('../beta/thing.entity.js', 'typeorm'),
  'apps/standalone/src/main.ts': importing('@apps/auth', '@apps/chat', '@app/discovery', 'typeorm'),
  'libs/config/src/inner.ts': importing('@app/contracts'),
  'libs/contracts/src/schema.ts': importing('zod'),
  'libs/message-bus/src/kafka-message-bus.ts': importing('kafkajs', '@app/contracts'),
  'libs/presence/src/redis-presence-store.ts': importing('ioredis', '@app/observability'),
  'libs/discovery/src/consul-service-registry.ts': importing('consul'),
  'libs/database/src/mysql.ts': importing('mysql2', 'typeorm', 'better-sqlite3'),
  'libs/stomp/src/broker/frames.ts': importing('../codec/frame.js', '../transport/stomp-connection.js'),
  'libs/stomp/src/codec/frame.ts': importing('node:buffer'),
  'libs/stomp/src/transport/stomp-connection.ts': importing('ws'),
  'libs/http-kit/src/kit.ts': importing('@app/security', '@app/config'),
};

const LIBS =
  'contracts config observability security database message-bus presence discovery http-kit stomp testing'.split(' ');

/** A tree of its own under the real rules. */
function plant(): string {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
    cpSync(join(ROOT, name), join(root, name));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const fronts = Object.fromEntries(LIBS.map((lib) => [`libs/${lib}/src/index.ts`, 'export const own = 1;\n']));
  const planted = Object.fromEntries(Object.values(PLANTED));
  for (const [file, content] of Object.entries({ ...fronts, ...ALLOWED, ...planted })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return root;
}

const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly { readonly name: string }[];
};

describe('the boundaries', () => {
  let root: string;
  let found: Violation[];
  beforeAll(async () => {
    root = plant();
    found = await cruise(root);
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('are each tried by a planted violation', () => {
    expect(forbidden.map(({ name }) => name).toSorted()).toEqual(Object.keys(PLANTED).toSorted());
  });

  it.each(Object.entries(PLANTED))('see red at %s', (rule, [file]) => {
    expect(found.filter((violation) => violation.rule.name === rule).map(({ from }) => from)).toContain(file);
  });

  it('let pass what is allowed', () => {
    const planted = new Set(Object.values(PLANTED).map(([file]) => file));
    const wrong = found.filter(({ from, rule }) => !planted.has(from) && rule.name !== 'no-cycles');
    expect(wrong.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  });

  it('hold in this repository', async () => {
    const broken = await cruise(ROOT);
    expect(broken.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  }, 120_000);
});
