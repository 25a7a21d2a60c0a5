/** Characters that make a destination a pattern of Spring's AntPathMatcher. */
export const isPattern = (destination: string): boolean => /[*?{}]/.test(destination);

/**
 * Does the pattern match the destination? `?` one character, `*` within one level, `**` any depth (also none), `{x}` one level, `{x:regex}`
 * (fact 43). For the conformance profile only: the expression comes from the client.
 */
export function matchesPattern(pattern: string, destination: string): boolean {
  return matchLevels(pattern.split('/'), destination.split('/'));
}

function matchLevels(pattern: readonly string[], levels: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return levels.length === 0;
  if (first === '**') return levels.some((_, i) => matchLevels(rest, levels.slice(i))) || rest.length === 0;
  const [level, ...below] = levels;
  if (level === undefined) return pattern.every((part) => part === '**');
  return levelExpression(first).test(level) && matchLevels(rest, below);
}

function levelExpression(level: string): RegExp {
  const source = level.replace(
    /\{[^:}]*(?::((?:[^{}]|\{[^{}]*\})*))?\}|[*?]|[^*?{]+|\{/g,
    (part, expression?: string) => {
      if (part === '*') return '.*';
      if (part === '?') return '.';
      if (part.startsWith('{') && part.endsWith('}')) return expression === undefined ? '.*' : `(?:${expression})`;
      return part.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
    },
  );
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    return /^(?!)/;
  }
}
