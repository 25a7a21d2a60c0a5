import type { OpenApiDocument } from '@app/http-kit';

type Schemas = NonNullable<NonNullable<OpenApiDocument['components']>['schemas']>;

const REF = '#/components/schemas/';

/** A deep copy in which references to renamed schemas follow. */
function rename<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (Array.isArray(value)) return value.map((item: unknown) => rename(item, names)) as T;
  if (typeof value === 'string' && value.startsWith(REF)) {
    const name = value.slice(REF.length);
    return (REF + (names.get(name) ?? name)) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item as unknown, names)])) as T;
}

/** Names under which another schema stands already. */
function clashes(taken: Schemas, added: Schemas, suffix: string): Map<string, string> {
  const differing = Object.keys(added).filter(
    (name) => taken[name] !== undefined && JSON.stringify(taken[name]) !== JSON.stringify(added[name]),
  );
  return new Map(differing.map((name) => [name, `${name}_${suffix}`]));
}

const byName = <T extends { readonly name: string }>(items: readonly T[]): T[] => [
  ...new Map(items.map((item) => [item.name, item])).values(),
];

/** The base with the paths, schemas and tags of the others, in order. A schema of the same name but another form gets the service's name behind it. */
export function mergeDocuments(base: OpenApiDocument, others: ReadonlyMap<string, OpenApiDocument>): OpenApiDocument {
  return [...others].reduce((merged, [service, document]) => {
    const schemas = merged.components?.schemas ?? {};
    const names = clashes(schemas, document.components?.schemas ?? {}, service);
    const added = Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => [
      names.get(name) ?? name,
      schema,
    ]);
    const { paths, tags } = rename({ paths: document.paths, tags: document.tags ?? [] }, names);
    return {
      ...merged,
      paths: { ...merged.paths, ...paths },
      tags: byName([...(merged.tags ?? []), ...tags]),
      components: {
        ...document.components,
        ...merged.components,
        schemas: { ...schemas, ...rename(Object.fromEntries(added) as Schemas, names) },
      },
    };
  }, base);
}
