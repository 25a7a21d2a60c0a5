import 'reflect-metadata';
import { loadConfig } from '@app/config';

/** One service alone shares its bus, signals and presence with other processes, which no embedded adapter can do. */
try {
  const { mode } = loadConfig(process.env, { services: ['chat'] });
  throw new Error(
    mode === 'embedded'
      ? 'MODE is embedded, which runs gateway, auth and chat in one process: use npm start'
      : 'MODE is distributed, whose Kafka and Redis adapters this build does not hold: unset MODE and use npm start',
  );
} catch (error) {
  console.error(`chat-service cannot start. ${(error as Error).message}`);
  process.exitCode = 1;
}
