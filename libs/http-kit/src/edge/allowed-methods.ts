import type { FastifyInstance } from 'fastify';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

/** The methods that some route answers at this path, for `Allow`. */
export function allowedMethods(instance: FastifyInstance, path: string): string[] {
  const known = METHODS.filter((method) => {
    try {
      return instance.findRoute({ method, url: path }) !== null;
    } catch {
      return false;
    }
  });
  return known.length === 0 ? [] : [...known, 'OPTIONS'];
}
