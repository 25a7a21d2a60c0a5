/** The versions this server speaks, oldest first. */
export const STOMP_VERSIONS = ['1.0', '1.1', '1.2'] as const;
export type StompVersion = (typeof STOMP_VERSIONS)[number];

/**
 * The highest common version, or undefined when there is none. A missing or empty `accept-version` is STOMP 1.0; entries are trimmed
 * (STOMP 1.2 "Protocol Negotiation"; protocol.md, decision 7).
 */
export function negotiateVersion(acceptVersion: string | undefined): StompVersion | undefined {
  const accepted = (acceptVersion ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (accepted.length === 0) return '1.0';
  return STOMP_VERSIONS.findLast((version) => accepted.includes(version));
}
