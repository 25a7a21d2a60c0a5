export interface RestAnswer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, the text when it is not JSON, or null when the body is empty. */
  readonly body: T;
}

export interface RestRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const parse = (text: string): unknown => {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** Plain HTTP against one base URL, with a bearer token when there is one. Never throws for a status; rejects when there is no answer in 30 s. */
export class RestClient {
  constructor(
    readonly baseUrl: string,
    public token: string | null = null,
  ) {}

  async request<T = unknown>(method: string, path: string, request: RestRequest = {}): Promise<RestAnswer<T>> {
    const hasBody = request.body !== undefined;
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...request.headers,
      },
      ...(hasBody ? { body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body) } : {}),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) as T };
  }

  get<T = unknown>(path: string): Promise<RestAnswer<T>> {
    return this.request<T>('GET', path);
  }
  post<T = unknown>(path: string, body?: unknown): Promise<RestAnswer<T>> {
    return this.request<T>('POST', path, { body });
  }
  put<T = unknown>(path: string, body?: unknown): Promise<RestAnswer<T>> {
    return this.request<T>('PUT', path, { body });
  }
  delete<T = unknown>(path: string, body?: unknown): Promise<RestAnswer<T>> {
    return this.request<T>('DELETE', path, { body });
  }

  /** The body of an answer that must be 200; throws with the whole answer otherwise. */
  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request<T>(method, path, { body });
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)} instead of 200`);
    return answer.body;
  }
}
