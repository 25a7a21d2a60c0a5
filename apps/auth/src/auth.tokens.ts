/** What composition gives to classes that have no class token of their own. */
export const AUTH_LOGGER = Symbol('AUTH_LOGGER');
export const AUTH_CLOCK = Symbol('AUTH_CLOCK');
