/** Now, in epoch milliseconds; `Date.now` outside tests. */
export type Clock = () => number;
