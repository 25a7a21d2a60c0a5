import { isIP } from 'node:net';

export type SettingGroup =
  'General' | 'Addresses' | 'Storage and services' | 'Security' | 'Limits' | 'Rates' | 'Shutdown';
export type Mode = 'embedded' | 'distributed';

/** One setting as it stands in the environment. The default is text too and goes through the same parser, so that documents cannot lie. */
export interface Setting<T> {
  readonly group: SettingGroup;
  readonly description: string;
  /** What the number counts; empty for texts. */
  readonly unit: string;
  /** Per mode; the empty text means "not set". */
  readonly defaults: Readonly<Record<Mode, string>>;
  /** Throws an Error whose message ends a sentence that starts with the setting's name, as `must be a port`. */
  readonly parse: (text: string) => T;
}

/** Shown instead of the value when a setting is wrong: secrets and passwords in URLs never reach a log. */
export type Parser<T> = (text: string) => T;

export interface SettingOptions {
  readonly unit?: string;
  /** One default for both modes, or one each. */
  readonly default?: string | Readonly<Record<Mode, string>>;
}

export function setting<T>(
  group: SettingGroup,
  description: string,
  parse: Parser<T>,
  options: SettingOptions = {},
): Setting<T> {
  const given = options.default ?? '';
  const defaults = typeof given === 'string' ? { embedded: given, distributed: given } : given;
  return { group, description, unit: options.unit ?? '', defaults, parse };
}

/** A token bucket: `perSecond` tokens flow in up to `burst`. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

/** `50/s burst 300`, also per `min` and `h`. */
export function rate(text: string): Rate {
  const match = /^(\d{1,9})\/(s|min|h) burst (\d{1,9})$/.exec(text);
  const count = Number(match?.[1]);
  const burst = Number(match?.[3]);
  if (!match || count < 1 || burst < 1) throw new Error('must be a rate such as "50/s burst 300" (s, min or h)');
  return { perSecond: count / (SECONDS[match[2] ?? ''] ?? 1), burst };
}

export const text: Parser<string> = (value) => value;

export const optional =
  <T>(parse: Parser<T>): Parser<T | null> =>
  (value) =>
    value === '' ? null : parse(value);

export const matching =
  (pattern: RegExp, problem: string): Parser<string> =>
  (value) => {
    if (!pattern.test(value)) throw new Error(problem);
    return value;
  };

export const oneOf =
  <const T extends string>(...choices: readonly T[]): Parser<T> =>
  (value) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
    return choice;
  };

export const integer =
  (min: number, max: number): Parser<number> =>
  (value) => {
    const number = Number(value);
    if (!/^\d{1,15}$/.test(value) || number < min || number > max)
      throw new Error(`must be a whole number from ${min} to ${max}`);
    return number;
  };

/** 0 lets the system choose (tests). */
export const port: Parser<number> = (value) => {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new Error('must be a port, 0 to 65535');
  return Number(value);
};

export const onOff: Parser<boolean> = (value) => oneOf('on', 'off')(value) === 'on';
export const flag: Parser<boolean> = (value) => oneOf('0', '1')(value) === '1';

export const listOf =
  <T>(parse: Parser<T>): Parser<readonly T[]> =>
  (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => parse(item));

export const url =
  (...protocols: readonly string[]): Parser<string> =>
  (value) => {
    const wanted = protocols.map((protocol) => `${protocol}://…`).join(' or ');
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol.slice(0, -1)))
      throw new Error(`must be a URL ${wanted}`);
    return value;
  };

/** Exactly as browsers send it: scheme, host, port; no path. */
export const origin: Parser<string> = (value) => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value) || new URL(value).origin !== value)
    throw new Error('must be a list of origins such as https://chat.example.org, without a path');
  return value;
};

export const hostPort: Parser<string> = (value) => {
  if (!/^[^\s:/]+:\d{1,5}$/.test(value)) throw new Error('must be a list of host:port');
  return value;
};

/** An address or a CIDR block. */
export const cidr: Parser<string> = (value) => {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  const widest = family === 6 ? 128 : 32;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  if (family === 0 || !fits || rest.length > 0) throw new Error('must be a list of addresses or CIDR blocks');
  return value;
};
