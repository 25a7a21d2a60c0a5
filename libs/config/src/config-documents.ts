import { SETTINGS } from './settings.js';
import type { Setting } from './setting.js';

type Row = readonly [name: string, setting: Setting<unknown>];

function groups(): Map<string, Row[]> {
  const byGroup = new Map<string, Row[]>();
  for (const row of Object.entries<Setting<unknown>>(SETTINGS))
    byGroup.set(row[1].group, [...(byGroup.get(row[1].group) ?? []), row]);
  return byGroup;
}

const orNone = (text: string): string => (text === '' ? 'not set' : `\`${text}\``);

function defaultOf({ defaults }: Setting<unknown>): string {
  if (defaults.embedded === defaults.distributed) return orNone(defaults.embedded);
  return `${orNone(defaults.embedded)}; distributed: ${orNone(defaults.distributed)}`;
}

const tableOf = (rows: readonly Row[]): string => {
  const lines = rows.map(
    ([name, setting]) => `| \`${name}\` | ${setting.description} | ${defaultOf(setting)} | ${setting.unit || '-'} |`,
  );
  return ['| setting | meaning | default | unit |', '|---|---|---|---|', ...lines].join('\n');
};

/** A table of some settings, in the order given. Throws for a name that is no setting. */
export function renderSettingsTable(names: readonly string[]): string {
  const all = new Map<string, Setting<unknown>>(Object.entries<Setting<unknown>>(SETTINGS));
  return tableOf(
    names.map((name) => {
      const setting = all.get(name);
      if (setting === undefined) throw new RangeError(`${name} is no setting`);
      return [name, setting];
    }),
  );
}

/** docs/config.md, made from the settings themselves. */
export function renderConfigDocument(): string {
  const sections = [...groups()].map(([group, rows]) => [`## ${group}`, '', tableOf(rows)].join('\n'));
  const head = [
    '# Settings',
    '',
    'Environment variables, read once at the start. A wrong one stops the start with a line that names it; an empty one counts as not set.',
    'Written from the config schema in `libs/config`; `npm run test:int` says when it is out of date.',
  ];
  return `${head.join('\n')}\n\n${sections.join('\n\n')}\n`;
}

/** .env.example, made from the settings themselves: every setting with its embedded default, commented out. */
export function renderEnvExample(): string {
  const sections = [...groups()].map(([group, rows]) => {
    const lines = rows.map(([name, setting]) => {
      const unit = setting.unit === '' ? '' : ` [${setting.unit}]`;
      const value = setting.defaults.embedded;
      return `# ${setting.description}${unit}\n# ${name}=${value.includes(' ') ? `"${value}"` : value}`;
    });
    return [`### ${group}`, ...lines].join('\n');
  });
  return `# Settings with their defaults; docs/config.md says more. Written from the config schema in libs/config.\n\n${sections.join('\n\n')}\n`;
}
