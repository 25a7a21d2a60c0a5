import { SETTINGS, type SettingName, type SettingValues } from './settings.js';
import type { Mode } from './setting.js';

type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = Object.keys(SETTINGS) as SettingName[];

function readOne(env: Environment, name: SettingName, mode: Mode, problems: string[]): unknown {
  const setting = SETTINGS[name];
  const given = env[name]?.trim() ?? '';
  try {
    return setting.parse(given === '' ? setting.defaults[mode] : given);
  } catch (error) {
    problems.push(`${name} ${(error as Error).message}`);
    return setting.parse(setting.defaults[mode]);
  }
}

/**
 * Every setting parsed, or its default where it is wrong, with a line per wrong one added to `problems`. An empty variable counts as not set.
 * Space around a value is not part of it, except in JWT_SECRET, whose bytes count as they stand.
 */
export function readSettings(env: Environment, problems: string[]): SettingValues {
  const mode = readOne(env, 'MODE', 'embedded', problems) as Mode;
  const values = Object.fromEntries(
    NAMES.map((name) => [name, name === 'MODE' ? mode : readOne(env, name, mode, problems)]),
  );
  return { ...values, JWT_SECRET: env.JWT_SECRET || null } as unknown as SettingValues;
}
