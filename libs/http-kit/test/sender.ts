import type { ErrorBody } from '@app/contracts';
import type { TinyApp } from './tiny-app.js';

export interface Sent {
  readonly headers?: Record<string, string | string[]>;
  readonly body?: unknown;
  readonly type?: string;
  readonly token?: string | null;
}

/** One request, with a valid token unless told otherwise. */
export async function sendTo(
  tiny: TinyApp,
  method: string,
  url: string,
  { headers = {}, body, type, token = tiny.token }: Sent = {},
) {
  const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await tiny.app.inject({
    method: method as 'GET',
    url,
    ...(payload === undefined ? {} : { payload: payload as string }),
    headers: {
      ...(payload === undefined && type === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  const text = answer.body;
  const json = text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as ErrorBody) : null;
  return { status: answer.statusCode, code: json?.code, json, text, headers: answer.headers };
}
