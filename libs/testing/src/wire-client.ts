import { Agent, request as send, type OutgoingHttpHeaders } from 'node:http';

export interface WireAnswer<T = unknown> {
  readonly status: number;
  /** Names in lower case; every value of a repeated header. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
  /** Parsed JSON, null when there is none. */
  readonly body: T;
}

export interface WireRequest {
  readonly method: string;
  /** As it goes on the wire: nothing is resolved, decoded or encoded. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function collect(rawHeaders: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[i + 1]!]);
  }
  return headers;
}

/** HTTP as it stands on the wire, where `fetch` would put paths in order, join repeated headers and refuse what browsers refuse. */
export class WireClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(readonly baseUrl: string) {}

  request<T = unknown>({ method, path, headers = {}, body }: WireRequest): Promise<WireAnswer<T>> {
    const { hostname, port } = new URL(this.baseUrl);
    const isAnnounced = body !== undefined && headers['transfer-encoding'] === undefined;
    const length = isAnnounced ? { 'content-length': Buffer.byteLength(body) } : {};
    return new Promise((resolve, reject) => {
      const options = { hostname, port, method, path, agent: this.agent, headers: { ...length, ...headers } };
      const request = send(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const body = parse(text) as T;
          resolve({ status: response.statusCode ?? 0, headers: collect(response.rawHeaders), text, body });
        });
      });
      request.setTimeout(30_000, () => request.destroy(new Error('no answer within 30 s')));
      request.on('error', reject);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
