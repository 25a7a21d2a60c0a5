import { describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '@app/http-kit';
import { mergeDocuments } from './merge-documents.js';

const document = (paths: object, schemas: object, tags: string[] = []): OpenApiDocument =>
  ({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths,
    tags: tags.map((name) => ({ name })),
    components: { schemas, securitySchemes: { bearer: {} } },
  }) as unknown as OpenApiDocument;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('mergeDocuments', () => {
  const own = document({}, { ErrorBody: { type: 'object' } });

  it('is the base when there is no other', () => expect(mergeDocuments(own, new Map())).toEqual(own));

  it('has the paths, schemas and tags of all, what they share once', () => {
    const auth = document({ '/api/auth/login': { post: {} } }, { ErrorBody: { type: 'object' }, User: {} }, [
      'auth',
      'x',
    ]);
    const chat = document({ '/api/groups': { get: ref('Group') } }, { Group: { u: ref('ErrorBody') } }, ['x', 'chat']);
    const merged = mergeDocuments(
      own,
      new Map([
        ['auth', auth],
        ['chat', chat],
      ]),
    );
    expect(merged.paths).toEqual({ '/api/auth/login': { post: {} }, '/api/groups': { get: ref('Group') } });
    expect(merged.components?.schemas).toEqual({
      ErrorBody: { type: 'object' },
      User: {},
      Group: { u: ref('ErrorBody') },
    });
    expect(merged.tags?.map(({ name }) => name)).toEqual(['auth', 'x', 'chat']);
    expect(merged.components?.securitySchemes).toEqual({ bearer: {} });
  });

  it('renames a schema whose name means something else already, and what refers to it', () => {
    const auth = document({}, { User: { type: 'string' } });
    const chat = document({ '/a': { get: [ref('User')] } }, { User: { self: ref('User') } });
    const merged = mergeDocuments(
      own,
      new Map([
        ['auth', auth],
        ['chat', chat],
      ]),
    );
    expect(merged.components?.schemas).toMatchObject({
      User: { type: 'string' },
      User_chat: { self: ref('User_chat') },
    });
    expect(merged.paths).toEqual({ '/a': { get: [ref('User_chat')] } });
  });
});
