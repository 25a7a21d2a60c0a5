import 'reflect-metadata';
import { loadConfig } from '@app/config';

/** A gateway alone finds the services through a registry that other processes share, which no embedded adapter is. */
try {
  const { mode } = loadConfig(process.env, { services: ['gateway'] });
  throw new Error(
    mode === 'embedded'
      ? 'MODE is embedded, which runs gateway, auth and chat in one process: use npm start'
      : 'MODE is distributed, whose Consul adapter of discovery this build does not hold: unset MODE and use npm start',
  );
} catch (error) {
  console.error(`api-gateway cannot start. ${(error as Error).message}`);
  process.exitCode = 1;
}
