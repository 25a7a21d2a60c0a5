import { AppError } from '@app/contracts';

export interface JsonLimits {
  /** Levels of objects and arrays; 20. */
  readonly depth: number;
  /** Keys at all levels together; 1,000. */
  readonly keys: number;
}

const DEFAULT_LIMITS: JsonLimits = { depth: 20, keys: 1000 };
/** Would reach prototypes when copied carelessly (security.md S48). */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const LONE_SURROGATE = /\p{Surrogate}/u;

const refuse = (message: string): never => {
  throw new AppError('BAD_REQUEST', { message });
};

/** Strings that are no Unicode text cannot be stored as they are. */
function checkText(text: string): void {
  if (LONE_SURROGATE.test(text)) refuse('The request body has invalid characters');
}

function checkShape(root: unknown, limits: JsonLimits): void {
  let keys = 0;
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'string') return checkText(value);
    if (typeof value !== 'object' || value === null) return undefined;
    if (depth >= limits.depth) refuse('The request body is nested too deeply');
    if (Array.isArray(value)) return value.forEach((item) => visit(item, depth + 1));
    for (const [key, item] of Object.entries(value)) {
      keys += 1;
      if (keys > limits.keys) refuse('The request body has too many keys');
      if (FORBIDDEN_KEYS.has(key)) refuse('The request body has a forbidden key');
      checkText(key);
      visit(item, depth + 1);
    }
    return undefined;
  };
  visit(root, 0);
}

/**
 * The value of a JSON text in UTF-8, undefined for an empty one (it counts as no body). Throws BAD_REQUEST for what is no JSON, is nested or
 * keyed beyond the limits, has a key that could reach a prototype, or text that is not Unicode. The caller bounds the size.
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = DEFAULT_LIMITS): unknown {
  if (bytes.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { message: 'The request body is not valid JSON', cause });
  }
  checkShape(value, limits);
  return value;
}
