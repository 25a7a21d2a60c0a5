import type { Person, WireAnswer } from '@app/testing';
import type { Cast } from './cast.js';

export interface CaseRequest {
  /** Who asks; null: without a token. */
  readonly as: Person | null;
  /** The values of the template's parameters, in order. */
  readonly params?: readonly (string | number)[];
  /** With its question mark. */
  readonly query?: string;
  readonly body?: unknown;
}

/** One request to an operation, and what must come of it. */
export interface ContractCase {
  readonly operation: string;
  readonly name: string;
  /** `200`, or the status and code of a refusal. */
  readonly expected: string;
  readonly request: (cast: Cast) => CaseRequest | Promise<CaseRequest>;
  /** The field that a 400 names. */
  readonly field?: string;
  readonly check?: (answer: WireAnswer, request: CaseRequest) => void;
}

type Make = ContractCase['request'];
type Check = ContractCase['check'];

/** The cases of one operation. */
export class Cases {
  readonly all: ContractCase[] = [];

  constructor(private readonly operation: string) {}

  allows(name: string, request: Make, check?: Check): this {
    return this.add(name, '200', request, check ? { check } : {});
  }

  refuses(name: string, expected: string, request: Make): this {
    return this.add(name, expected, request);
  }

  /** A field of the body or a parameter of the query: each good value is taken, each bad one is 400 and names the field. */
  takes(field: string, make: (cast: Cast, value: unknown) => CaseRequest | Promise<CaseRequest>, values: Values): this {
    for (const [name, value] of Object.entries(values.good))
      this.add(`${field}: ${name}`, '200', (cast) => make(cast, fresh(value)));
    for (const [name, value] of Object.entries(values.bad))
      this.add(`${field}: ${name}`, '400 VALIDATION_FAILED', (cast) => make(cast, fresh(value)), {
        field: values.named ?? field,
      });
    return this;
  }

  private add(name: string, expected: string, request: Make, more: Partial<ContractCase> = {}): this {
    this.all.push({ operation: this.operation, name, expected, request, ...more });
    return this;
  }
}

/** Values by what they are; a function makes a fresh one for each request. */
export interface Values {
  readonly good: Readonly<Record<string, unknown>>;
  readonly bad: Readonly<Record<string, unknown>>;
  /** As `details` name the field, where it differs; a prefix. */
  readonly named?: string;
}
const fresh = (value: unknown): unknown => (typeof value === 'function' ? (value as () => unknown)() : value);

/** Values of a wrong type, for a field that wants a text. */
export const NO_TEXT = { missing: undefined, null: null, 'a number': 0, 'an object': { $gt: '' }, 'a list': ['abc'] };
/** Values that are no id. */
export const NO_ID = {
  zero: 0,
  negative: -1,
  'a fraction': 1.5,
  'a text': '1',
  'beyond 2^53-1': 9_007_199_254_740_992,
  'a boolean': true,
  'a list': [1],
};
/** An id that nobody has. */
export const NOBODY = 9_007_199_254_740_991;
