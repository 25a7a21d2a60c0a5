// Who may import whom. scripts/boundaries.int-spec.ts plants a violation of each rule and sees it red.

const libs = (names) => `^libs/(${names})/`;
const anyLibBut = (names) => `^libs/(?!(${names})/)`;
const npm = (names) => `(^|node_modules/)(${names})(/|$)`;

/** Not part of any build: tests, what only tests use, and the suites that adapters are held to. */
const TEST_FILE = '\\.(spec|int-spec|e2e-spec|contract|fixture|spec-support|setup)\\.ts$';
const TESTS = [TEST_FILE, '^(apps|libs)/[^/]+/test/', '^libs/testing/'];

/** A package that only one lib may know, so that everything else stands on its port. */
const onlyIn = (name, packages, owners, alsoAllowed = []) => ({
  name,
  severity: 'error',
  comment: `${packages} stays inside its own lib, behind a port.`,
  from: { path: '^(apps|libs)/', pathNot: [libs(owners), ...alsoAllowed] },
  to: { path: npm(packages) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two classes that inject each other crash at load in ESM; types count, too: they become imports easily.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // Node 20 does not have node:sqlite; who uses it asks before it loads it.
      to: { couldNotResolve: true, pathNot: '^node:sqlite$' },
    },
    {
      name: 'apps-are-islands',
      severity: 'error',
      comment: 'An app never imports another app; its tests may run beside one.',
      from: { path: '^apps/(gateway|auth|chat)/', pathNot: TESTS },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-through-front-door',
      severity: 'error',
      comment: 'Whoever composes apps uses what they export.',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/[^/]+/', pathNot: ['^apps/[^/]+/src/index\\.ts$', '^apps/$1/'] },
    },
    { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'libs-through-front-door',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^$1/$2/'] },
    },
    {
      name: 'contracts-is-pure',
      severity: 'error',
      comment: 'The wire truth is shared with browsers: schemas and nothing else.',
      from: { path: libs('contracts'), pathNot: TESTS },
      to: { pathNot: ['^libs/contracts/', npm('zod')] },
    },
    {
      name: 'ground-floor-stands-on-contracts',
      severity: 'error',
      from: { path: libs('config|observability') },
      to: { path: '^libs/', pathNot: ['^libs/$1/', libs('contracts')] },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: libs('message-bus|presence|discovery|database|security'), pathNot: TESTS },
      to: { path: '^libs/', pathNot: ['^libs/$1/', libs('contracts|config|observability')] },
    },
    {
      name: 'http-kit-knows-no-adapter',
      severity: 'error',
      from: { path: libs('http-kit') },
      to: { path: anyLibBut('http-kit|contracts|config|observability|security') },
    },
    {
      name: 'stomp-stands-alone',
      severity: 'error',
      comment: 'A STOMP server for anyone, which knows nothing of chat.',
      from: { path: libs('stomp') },
      to: { path: anyLibBut('stomp') },
    },
    {
      name: 'stomp-broker-knows-no-socket',
      severity: 'error',
      from: { path: '^libs/stomp/src/broker/', pathNot: TESTS },
      to: { path: ['^libs/stomp/src/(nest|transport)/', npm('ws')], pathNot: 'stomp-connection\\.ts$' },
    },
    {
      name: 'stomp-codec-is-pure',
      severity: 'error',
      from: { path: '^libs/stomp/src/codec/', pathNot: TESTS },
      to: { path: ['^libs/stomp/src/(?!codec/)', 'node_modules/'] },
    },
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: libs('testing') },
    },
    {
      name: 'no-tests-in-the-build',
      severity: 'error',
      comment: 'What is built imports no test, no fixture, no contract suite, and no test tool.',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { path: [TEST_FILE, '^(apps|libs)/[^/]+/test/', npm('vitest|fast-check')] },
    },
    {
      name: 'no-dev-packages-in-the-build',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    onlyIn('kafka-in-message-bus', 'kafkajs', 'message-bus'),
    onlyIn('redis-behind-ports', 'ioredis', 'message-bus|presence'),
    onlyIn('consul-in-discovery', 'consul', 'discovery'),
    onlyIn('sql-drivers-in-database', 'mysql2|better-sqlite3', 'database', TESTS),
    {
      name: 'node-sqlite-in-database',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [libs('database'), ...TESTS] },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'gateway-has-no-storage',
      severity: 'error',
      from: { path: '^apps/gateway/', pathNot: TESTS },
      to: { path: libs('database|message-bus|presence|stomp') },
    },
    {
      name: 'auth-has-no-sockets',
      severity: 'error',
      from: { path: '^apps/auth/', pathNot: TESTS },
      to: { path: libs('stomp|discovery') },
    },
    {
      name: 'features-through-front-door',
      severity: 'error',
      comment: 'Feature folders of an app know each other by their index.ts.',
      from: { path: '^apps/([^/]+)/src/([^/]+)/', pathNot: ['^apps/[^/]+/src/database/', ...TESTS] },
      to: { path: '^apps/$1/src/[^/]+/', pathNot: ['^apps/$1/src/$2/', '^apps/$1/src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'schema-knows-entities-only',
      severity: 'error',
      comment: "An app's database folder gathers the features' entities, which no other folder takes from outside.",
      from: { path: '^apps/([^/]+)/src/database/', pathNot: TESTS },
      to: { path: '^apps/$1/src/[^/]+/', pathNot: ['^apps/$1/src/database/', '\\.entity\\.ts$'] },
    },
    {
      name: 'features-do-not-import-the-root',
      severity: 'error',
      comment: "A feature knows of its app's root the injection tokens only.",
      from: { path: '^apps/([^/]+)/src/[^/]+/', pathNot: TESTS },
      to: { path: '^apps/$1/src/[^/]+\\.ts$', pathNot: '\\.tokens\\.ts$' },
    },
    {
      name: 'orm-only-in-persistence',
      severity: 'error',
      from: {
        pathNot: ['\\.(repository|entity)\\.ts$', '/database/', '^libs/database/', '^apps/standalone/', ...TESTS],
      },
      to: { path: npm('typeorm') },
    },
    {
      name: 'edges-do-not-touch-storage',
      severity: 'error',
      comment: 'Edges translate, services decide, repositories fetch.',
      from: { path: '\\.(controller|gateway|consumer|listener)\\.ts$' },
      to: { path: '\\.(repository|entity)\\.ts$' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', 'main\\.ts$', '^libs/[^/]+/src/index\\.ts$', ...TESTS] },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};
