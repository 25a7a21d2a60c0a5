import type { IncomingMessage } from 'node:http';

/** How many times the limit is still read (and dropped), so that a client that sends a little too much gets its answer on a whole connection. */
const PATIENCE = 8;

/** The request's body. `too large`: beyond the limit (read to its end only when that is near). `aborted`: the client went away. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too large' | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > limit * PATIENCE) return 'too large';
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks = [];
      if (size > limit * PATIENCE) resolve('too large');
    });
    request.once('end', () => resolve(size > limit ? 'too large' : Buffer.concat(chunks)));
    request.once('close', () => resolve('aborted'));
    request.once('error', () => resolve('aborted'));
  });
}
