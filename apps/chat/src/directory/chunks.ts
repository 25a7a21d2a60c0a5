/** A long list in parts, since no database takes any number of parameters in one statement. */
export function* chunks<T>(items: readonly T[], size = 500): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
