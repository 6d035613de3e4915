/** What run.ts is handed: a function that is asynchronous where the surface is not is named where its promise is taken for a value. */
import type { Namespace } from "../child/modules.ts";

export const withToldPromises = (exports: Namespace): Namespace =>
  Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === "function" ? told(name, value) : value]));

const told = (name: string, fn: object): object =>
  new Proxy(fn as (...args: unknown[]) => unknown, {
    apply(target, self, args) {
      const result: unknown = Reflect.apply(target, self, args);
      return result instanceof Promise ? onlyAwaited(name, result) : result;
    },
  });

/** Symbols by which a value is used; of others, only libraries ask. */
const USES: readonly unknown[] = [Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive];

function onlyAwaited(name: string, promise: Promise<unknown>): Promise<unknown> {
  return new Proxy(promise, {
    get(target, key) {
      if (key === "then" || key === "catch" || key === "finally") return target[key].bind(target);
      if (typeof key === "symbol" && !USES.includes(key)) return Reflect.get(target, key);
      throw new Error(`\`${name}\` returned a promise where its value is needed. Is it async? surface.ts says what it returns.`);
    },
  });
}
