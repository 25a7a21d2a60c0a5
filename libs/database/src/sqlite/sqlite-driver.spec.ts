import { describe, expect, it } from 'vitest';
import { loadSqliteDriver } from './sqlite-driver.js';

const failing = (message: string) => (): never => {
  throw new Error(message);
};

describe('loadSqliteDriver', () => {
  it('finds the SQLite of this Node', () => {
    const driver = loadSqliteDriver();
    expect(() => new driver(':memory:').close()).not.toThrow();
  });

  it('takes the package below Node 22.13', () => {
    const asked: string[] = [];
    class Driver {
      close(): void {}
    }
    const load = (name: string): unknown => {
      asked.push(name);
      return Driver;
    };
    expect(loadSqliteDriver('22.12.0', load)).toBe(Driver);
    expect(loadSqliteDriver('20.19.0', load)).toBe(Driver);
    expect(asked).toEqual(['better-sqlite3', 'better-sqlite3']);
  });

  it('names the remedy when the package is missing', () => {
    const load = failing("Cannot find module 'better-sqlite3'");
    expect(() => loadSqliteDriver('20.20.2', load)).toThrow(
      /^No usable SQLite on Node 20.20.2: use Node >= 22.13, .* C\+\+ compiler/,
    );
  });

  it('names the remedy when the package was built for another Node', () => {
    class Driver {
      constructor() {
        failing('was compiled against a different Node.js version')();
      }
    }
    expect(() => loadSqliteDriver('20.20.2', () => Driver)).toThrow('No usable SQLite');
  });
});
