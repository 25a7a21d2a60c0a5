import { StompProtocolError } from './stomp-protocol-error.js';

/** What was agreed, in milliseconds; 0 is never. */
export interface HeartbeatPlan {
  /** The server writes at least this often. */
  readonly sendEveryMs: number;
  /** The client has promised to write at least this often. */
  readonly expectEveryMs: number;
}

/**
 * Heart-beats from CONNECT's header `cx,cy` and the server's own `[sx, sy]`: to the client every max(sx, cy), from the client every max(cx,
 * sy), each only when both are above 0. Missing, or without a comma: none. Negative is 0. Not numbers: protocol error (STOMP 1.2
 * "Heart-beating"; fact 76).
 */
export function negotiateHeartbeat(header: string | undefined, server: readonly [number, number]): HeartbeatPlan {
  const [sends, wants] = parseHeartbeat(header);
  return { sendEveryMs: agreed(server[0], wants), expectEveryMs: agreed(server[1], sends) };
}

function parseHeartbeat(header: string | undefined): readonly [number, number] {
  if (header === undefined) return [0, 0];
  const comma = header.indexOf(',');
  if (comma < 0) return [0, 0];
  return [milliseconds(header.slice(0, comma)), milliseconds(header.slice(comma + 1))];
}

function milliseconds(text: string): number {
  const trimmed = text.trim();
  if (!/^-?\d{1,15}$/.test(trimmed)) throw new StompProtocolError('The heart-beat header must be two numbers');
  return Math.max(0, Number(trimmed));
}

const agreed = (own: number, theirs: number): number => (own > 0 && theirs > 0 ? Math.max(own, theirs) : 0);
