import { resolve } from 'node:path';
import type { Standalone } from './standalone.js';

const CURL_BODY = `{"username":"ann","email":"ann@example.org","password":"correct horse"}`;

function databaseLine({ config }: Standalone): string {
  const { driver, file } = config.database;
  return driver === 'sqlite' ? `sqlite ${resolve(file ?? '')}` : 'mysql';
}

/** What whoever started the system wants to know: where it answers, what it stands on, where the data lies, what to do next. */
export function describeStart(system: Standalone, readyAfterMs: number): string {
  const { addresses, adapters, dataFolder, config } = system;
  const { gateway, auth, chat } = addresses;
  const rows: [string, string][] = [
    ['gateway', `${gateway}   everything through one door; live at ${gateway.replace('http', 'ws')}/ws`],
    ['auth', auth],
    ['chat', chat],
    ['database', databaseLine(system)],
    ['message bus', adapters.bus.description],
    ['signals', adapters.signals.description],
    ['presence', adapters.presence.description],
    ['discovery', adapters.registry.description],
    ['data folder', dataFolder],
    ['token secret', config.jwt.secretSource],
  ];
  return [
    `Ready after ${(readyAfterMs / 1_000).toFixed(1)} s.`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(13)} ${value}`),
    '',
    'Next:',
    `  npm run demo      three people chat before your eyes (in another terminal)`,
    `  ${gateway}/docs      every endpoint`,
    `  curl -H 'content-type: application/json' -d '${CURL_BODY}' ${gateway}/api/auth/register`,
    '',
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}
