/** The gateway's logger, which is an object without a class of its own. */
export const LOGGER = Symbol('logger');
