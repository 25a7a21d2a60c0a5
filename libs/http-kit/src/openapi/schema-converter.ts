import * as contracts from '@app/contracts';
import { z } from 'zod';
import { OPTIONAL_EXTENSION } from './extensions.js';

const SUFFIX = 'Schema';
const isStructure = (value: unknown): value is z.ZodType =>
  value instanceof z.ZodObject ||
  value instanceof z.ZodArray ||
  value instanceof z.ZodUnion ||
  value instanceof z.ZodEnum;

type Io = 'input' | 'output';

/** What @nestjs/swagger takes from a converter: the schema, and the components that it refers to. */
export interface ConvertedSchema {
  readonly schema: unknown;
  readonly components: Record<string, object>;
}

/** The contracts' schemas under their own names: what clients send are the `…Request` ones, what they get the others. */
function createRegistry(io: Io): z.core.$ZodRegistry<{ id?: string }> {
  const registry = z.registry<{ id?: string }>();
  for (const [name, value] of Object.entries(contracts)) {
    if (!name.endsWith(SUFFIX) || !isStructure(value)) continue;
    const id = name.slice(0, -SUFFIX.length);
    if (id.endsWith('Request') === (io === 'input')) registry.add(value, { id });
  }
  return registry;
}

const REGISTRIES = { input: createRegistry('input'), output: createRegistry('output') };

/** A zod schema as JSON Schema 2020-12 (what OpenAPI 3.1 holds), its named parts as components. */
export function convertSchema(schema: unknown, options: { schemaType: Io }): ConvertedSchema | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const io = options.schemaType;
  const around = z.toJSONSchema(z.object({ root: schema }), {
    io,
    metadata: REGISTRIES[io] as typeof z.globalRegistry,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  const components = Object.fromEntries(
    Object.entries(around.$defs ?? {}).map(([name, { id: _id, ...definition }]) => [name, definition]),
  );
  const isOptional = io === 'input' && !(around.required ?? []).includes('root');
  const root = around.properties?.root as object;
  return { schema: isOptional ? { ...root, [OPTIONAL_EXTENSION]: true } : root, components };
}
