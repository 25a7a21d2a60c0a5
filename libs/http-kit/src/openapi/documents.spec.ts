import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTinyApp, type TinyApp } from '../../test/tiny-app.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: object;
}
interface Operation {
  readonly security: unknown;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { schema: object }> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: unknown };
}

let tiny: TinyApp;
let document: Document;
beforeAll(async () => {
  tiny = await createTinyApp();
  await tiny.app.init();
  document = (await tiny.app.inject('/docs/json')).json();
});
afterAll(() => tiny.app.close());

function operation(method: string, path: string): Operation {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`no ${method} ${path}`);
  return found;
}

describe('the document', () => {
  it('is OpenAPI 3.1 of every route but the probes', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/api/auth/login',
      '/api/auth/register',
      '/api/things',
      '/api/things/fail/{kind}',
      '/api/things/hello',
      '/api/things/search',
      '/api/things/slow',
      '/api/things/whoami',
      '/api/things/{thingId}',
    ]);
  });

  it('has schemas of JSON Schema 2020-12, each reference of which leads somewhere', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', ...document });
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of new Set(references)) expect(ajv.getSchema(`doc${reference}`)).toBeTypeOf('function');
  });

  it('names the schemas of the contracts', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['RegisterRequest', 'UserDto', 'ContactPage', 'ContactDto', 'PublicUserDto', 'ErrorBody']),
    );
    expect(operation('post', '/api/auth/register').requestBody).toEqual({
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/RegisterRequest' } } },
    });
  });

  it('lets a request have fields that it does not know, but no answer', () => {
    const { RegisterRequest, UserDto } = document.components.schemas;
    expect(RegisterRequest).not.toHaveProperty('additionalProperties');
    expect(UserDto).toMatchObject({ additionalProperties: false });
  });

  it('asks for a token but on public routes', () => {
    expect(operation('get', '/api/things').security).toEqual([{ bearer: [] }]);
    expect(operation('post', '/api/auth/login').security).toEqual([]);
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });

  it('has the parameters of a page and of a path', () => {
    const { parameters } = operation('get', '/api/things');
    expect(parameters.map(({ name, required }) => [name, required])).toEqual([
      ['page', false],
      ['size', false],
      ['sort', false],
    ]);
    expect(operation('get', '/api/things/{thingId}').parameters).toEqual([
      { name: 'thingId', in: 'path', required: true, schema: { type: 'integer', minimum: 1, maximum: 2 ** 53 - 1 } },
    ]);
  });

  it('knows which parameters may be left out', () => {
    const { parameters } = operation('get', '/api/things/search');
    expect(parameters.map(({ name, required }) => [name, required])).toEqual([
      ['q', true],
      ['limit', false],
    ]);
    expect(JSON.stringify(document)).not.toMatch(/x-optional|x-public/);
  });

  it('says what each operation can answer', () => {
    const { responses } = operation('get', '/api/things/{thingId}');
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '429', '503']);
    expect(responses['403']?.description).toBe('NOT_A_MEMBER');
    expect(responses['404']?.content).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } },
    });
    expect(Object.keys(operation('post', '/api/auth/register').responses)).toEqual([
      '200',
      '400',
      '409',
      '413',
      '415',
      '429',
      '503',
    ]);
  });

  it('says so when an operation answers a text, or nothing', () => {
    expect(operation('get', '/api/things/hello').responses['200']?.content).toEqual({
      'text/plain': { schema: { type: 'string' } },
    });
    expect(operation('get', '/api/things/hello').responses['401']?.content).toHaveProperty('application/json');
    expect(operation('post', '/api/things/{thingId}').responses['200']).not.toHaveProperty('content');
  });
});

describe('the pages of the document', () => {
  it('come with what they load, under a policy that lets them', async () => {
    const page = await tiny.app.inject('/docs');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const sources = [...page.body.matchAll(/(?:src|href)="\.\/(docs\/[^"]+)"/g)].map(([, source]) => `/${source}`);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) expect([source, (await tiny.app.inject(source)).statusCode]).toEqual([source, 200]);
    expect(page.body).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
  });

  it('can be changed on the way, as the gateway does', async () => {
    const docs = { patch: async (own: object) => ({ ...own, tags: [{ name: 'merged' }] }) as never };
    const patched = await createTinyApp({}, { docs });
    await patched.app.init();
    expect((await patched.app.inject('/docs/json')).json()).toMatchObject({ tags: [{ name: 'merged' }] });
    await patched.app.close();
  });

  it('can be left out', async () => {
    const bare = await createTinyApp({}, { docs: false });
    await bare.app.init();
    expect((await bare.app.inject('/docs')).statusCode).toBe(404);
    await bare.app.close();
  });
});
