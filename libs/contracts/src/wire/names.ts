/** Service names under which instances register and are found (Consul). */
export const SERVICES = { gateway: 'api-gateway', auth: 'auth-service', chat: 'chat-service' } as const;
export type ServiceName = (typeof SERVICES)[keyof typeof SERVICES];

/** Topics of the message bus with the partitions decided for Kafka (reliability.md 3.4). The key is always the conversation id. */
export const TOPICS = { messages: 'messages', readReceipts: 'read-receipts' } as const;
export type TopicName = (typeof TOPICS)[keyof typeof TOPICS];
export const TOPIC_PARTITIONS: Readonly<Record<TopicName, number>> = { messages: 12, 'read-receipts': 6 };

/** The seed's Redis keys, kept as a projection of the leases. */
export const REDIS_KEYS = {
  onlineUsers: 'online-users',
  lastSeen: (username: string): string => `last-seen:${username}`,
} as const;

export const HEADERS = { instanceId: 'x-instance-id', requestId: 'x-request-id' } as const;

/** STOMP: prefixes, user queues as clients subscribe to them, and application destinations (without the prefix, as Spring's @MessageMapping). */
export const STOMP_ENDPOINT = '/ws';
export const APP_PREFIX = '/app';
export const USER_PREFIX = '/user';
export const QUEUES = {
  reply: '/queue/reply',
  read: '/queue/read',
  typing: '/queue/typing',
  errors: '/queue/errors',
  events: '/queue/events',
} as const;
export const APP_DESTINATIONS = {
  send: 'chat.send',
  sendMessage: 'chat.sendMessage',
  typing: 'chat.typing',
  refresh: 'auth.refresh',
} as const;
export const PUBLIC_TOPIC = '/topic/public';
export const groupTopic = (groupId: number): string => `/topic/${groupId}`;
export const groupTypingTopic = (groupId: number): string => `/topic/${groupId}/typing`;

/** JWT (api.md, login). */
export const JWT_ISSUER = 'auth-service';
export const JWT_AUDIENCE = 'chatapp';
export const JWT_LIFETIME_SECONDS = 36_000;
