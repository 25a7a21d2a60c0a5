export declare const ROOT: string;
export declare const BUILT_MAIN: string;
export declare function isInstalled(root?: string): boolean;
export declare function ensureInstalled(): Promise<void>;
export declare function ensureBuilt(options?: { say?: (line: string) => void }): Promise<void>;
