import 'reflect-metadata';
import { loadConfig } from '@app/config';
import { armFailpoints } from '@app/database';
import { endOnSignals } from './end-on-signals.js';
import { startStandalone } from './standalone.js';
import { explainStartError } from './start-error.js';
import { describeStart } from './start-report.js';

try {
  const config = loadConfig(process.env);
  if (process.env['NODE_ENV'] === 'test') armFailpoints(process.env['FAILPOINTS']);
  const system = await startStandalone(config);
  endOnSignals({
    stop: () => system.stop(),
    hardExitMs: config.shutdown.hardExitMs,
    exit: (code) => process.exit(code),
    say: (line) => console.log(line),
  });
  const began = performance.getEntriesByName('run')[0]?.startTime ?? 0;
  console.log(describeStart(system, performance.now() - began));
} catch (error) {
  for (const line of explainStartError(error)) console.error(`Cannot start. ${line}`);
  process.exit(1);
}
