/** An answer with another status than 200. */
export class Answered extends Error {
  constructor(status, body, what) {
    super(`${what} answered ${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.code = body?.code ?? String(status);
  }
}

/** One request; the parsed body of a 200, else {@link Answered}, or whatever fetch throws when there was no answer in 5 s. */
export async function request(baseUrl, method, path, { token, body } = {}) {
  const response = await fetch(baseUrl + path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  const parsed = text === '' ? null : JSON.parse(text);
  if (response.status !== 200) throw new Answered(response.status, parsed, `${method} ${path}`);
  return parsed;
}

const historyPath = (conversation) => {
  const [kind, ...ids] = conversation.split(':');
  return kind === 'p' ? `/api/chat/messages/${ids[0]}/${ids[1]}` : `/api/chat/messages/${ids[0]}`;
};

/** The messages of a conversation after `seq`, page by page, each handed over as it comes. */
export async function fetchAfter(baseUrl, token, conversation, seq, take) {
  for (let after = seq, more = true; more;) {
    const path = `${historyPath(conversation)}?afterSeq=${after}&size=200`;
    const { content, hasMore } = await request(baseUrl, 'GET', path, { token });
    for (const message of content) take(message);
    after = content.at(-1)?.seq ?? after;
    more = hasMore && content.length > 0;
  }
}
