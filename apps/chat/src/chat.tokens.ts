/** What composition gives to classes that have no class token of their own. */
export const CHAT_LOGGER = Symbol('CHAT_LOGGER');
export const CHAT_CLOCK = Symbol('CHAT_CLOCK');
export const CHAT_CONFIG = Symbol('CHAT_CONFIG');
/** Members a group may hold. */
export const CHAT_GROUP_LIMIT = Symbol('CHAT_GROUP_LIMIT');
