import type { WireAnswer } from '@app/testing';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

interface Content {
  readonly content?: Readonly<Record<string, unknown>>;
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: { readonly type?: string };
}
export interface DocumentedOperation {
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
  readonly requestBody?: Content;
  readonly parameters?: readonly Parameter[];
  readonly security: readonly unknown[];
}
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const ROOT = 'https://chatapp.test/openapi.json';
const pointer = (...parts: readonly string[]): string =>
  parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

/** An OpenAPI document as the judge of real answers. */
export class DocumentedApi {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: OpenApi) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(document, ROOT);
  }

  /** `POST /api/groups` and the like, each that there is. */
  get operations(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  find(operation: string): DocumentedOperation {
    const [method = '', path = ''] = operation.split(' ');
    const found = this.document.paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`${operation} is not documented`);
    return found;
  }

  /** The error codes documented for an operation. */
  codesOf(operation: string): string[] {
    const errors = Object.entries(this.find(operation).responses).filter(([status]) => Number(status) >= 400);
    return errors.flatMap(([, { description }]) => description.split(', '));
  }

  /** The status, the code and the form of an answer are documented for the operation. */
  checkAnswer(operation: string, answer: WireAnswer): void {
    const status = String(answer.status);
    const documented = this.find(operation).responses[status];
    expect([operation, status, documented !== undefined]).toEqual([operation, status, true]);
    const types = Object.keys(documented?.content ?? {});
    if (types.length === 0) return expect(answer.text).toBe('');
    const [type = ''] = answer.headers.get('content-type') ?? [];
    expect(types).toContain(type.split(';', 1)[0]);
    if (answer.status >= 400) expect(this.codesOf(operation)).toContain((answer.body as { code: string }).code);
    const value = types[0] === 'application/json' ? answer.body : answer.text;
    return this.check([operation, 'responses', status], types[0]!, value);
  }

  /** Whether a body is one that the document lets clients send. */
  checkRequest(operation: string, body: unknown): void {
    this.check([operation, 'requestBody'], 'application/json', body);
  }

  private check([operation = '', ...below]: readonly string[], type: string, value: unknown): void {
    const [method = '', path = ''] = operation.split(' ');
    const ref = `${ROOT}#/${pointer('paths', path, method.toLowerCase(), ...below, 'content', type, 'schema')}`;
    const validate = this.validators.get(ref) ?? this.ajv.compile({ $ref: ref });
    this.validators.set(ref, validate);
    validate(value);
    expect([operation, validate.errors ?? []]).toEqual([operation, []]);
  }
}
