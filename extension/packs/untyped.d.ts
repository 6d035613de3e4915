declare module "@npmcli/config/lib/definitions/index.js" {
  import type Config from "@npmcli/config";

  type Options = ConstructorParameters<typeof Config>[0];
  export const definitions: Options["definitions"];
  export const shorthands: Options["shorthands"];
  export const flatten: Options["flatten"];
}

declare module "@npmcli/git" {
  /** @returns the commit */
  export function clone(repository: string, ref: string, folder: string, options: object): Promise<string>;
}
