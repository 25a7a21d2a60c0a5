/** Marks operations that need no token while the document is built; taken out of the finished one. */
export const PUBLIC_EXTENSION = 'x-public';
/** Marks the schema of a parameter or body that may be left out; taken out of the finished document, too. */
export const OPTIONAL_EXTENSION = 'x-optional';
