import { ERROR_TABLE, ErrorBodySchema, type ErrorCode } from '@app/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { OPTIONAL_EXTENSION, PUBLIC_EXTENSION } from './extensions.js';
import { convertSchema } from './schema-converter.js';

export type OpenApiDocument = OpenAPIObject;

export interface DocumentOptions {
  readonly title: string;
  readonly version?: string;
  /** Changes the document at each request for it; the gateway merges those of the services. */
  readonly patch?: (document: OpenApiDocument) => OpenApiDocument | Promise<OpenApiDocument>;
}

interface Requirable {
  required?: boolean;
  schema?: { [OPTIONAL_EXTENSION]?: true };
}

interface Operation {
  responses: Record<string, { description: string; content?: unknown }>;
  security?: unknown;
  parameters?: Requirable[];
  requestBody?: Requirable & { content?: Record<string, Requirable> };
  [PUBLIC_EXTENSION]?: unknown;
}

const METHODS = ['get', 'post', 'put', 'delete', 'patch'] as const;
const ERROR_CONTENT = { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } };

function documentError(operation: Operation, code: ErrorCode): void {
  const status = String(ERROR_TABLE[code].status);
  const known = operation.responses[status];
  if (!known) operation.responses[status] = { description: code, content: ERROR_CONTENT };
  else if (!known.description.split(', ').includes(code)) known.description = `${known.description}, ${code}`;
}

/** Takes the mark out; `owner` is then not required. */
function settleOptional(owner: Requirable, { schema }: Requirable): void {
  if (schema?.[OPTIONAL_EXTENSION] === undefined) return;
  delete schema[OPTIONAL_EXTENSION];
  owner.required = false;
}

/** Adds what every operation has: the token unless it is public, and the errors that the edge and the pipes answer. */
function completeOperation(operation: Operation): void {
  const isPublic = operation[PUBLIC_EXTENSION] !== undefined;
  delete operation[PUBLIC_EXTENSION];
  for (const parameter of operation.parameters ?? []) settleOptional(parameter, parameter);
  const { requestBody } = operation;
  for (const content of Object.values(requestBody?.content ?? {})) settleOptional(requestBody ?? {}, content);
  operation.security = isPublic ? [] : [{ bearer: [] }];
  const common: ErrorCode[] = ['BAD_REQUEST', 'VALIDATION_FAILED', 'RATE_LIMITED', 'UNAVAILABLE'];
  const withToken: ErrorCode[] = isPublic ? [] : ['UNAUTHENTICATED'];
  const withBody: ErrorCode[] = operation.requestBody ? ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] : [];
  for (const code of [...common, ...withToken, ...withBody]) documentError(operation, code);
}

/** The app's OpenAPI 3.1 document, made from the schemas that validate its requests. */
export function createOpenApiDocument(app: NestFastifyApplication, options: DocumentOptions): OpenApiDocument {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(options.title)
    .setVersion(options.version ?? '1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, head, { standardSchemaConverter: convertSchema });
  const { schema, components } = convertSchema(ErrorBodySchema, { schemaType: 'output' }) ?? {};
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, ...components };
  if (schema === undefined) throw new Error('The error body has no schema');
  for (const item of Object.values(document.paths))
    for (const method of METHODS) {
      const operation = (item as Partial<Record<(typeof METHODS)[number], Operation>>)[method];
      if (operation) completeOperation(operation);
    }
  return document;
}

/** Serves the document at `/docs` (Swagger UI) and `/docs/json`. It is made at the first request. */
export function setupDocuments(app: NestFastifyApplication, options: DocumentOptions): void {
  const { patch } = options;
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app, options), {
    jsonDocumentUrl: 'docs/json',
    raw: ['json'],
    customSiteTitle: options.title,
    ...(patch ? { patchDocumentOnRequest: async (_request, _response, document) => patch(document) } : {}),
  });
}
