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

declare module "yauzl" {
  export interface Entry {
    readonly fileNameRaw: Buffer;
    readonly generalPurposeBitFlag: number;
    readonly extraFields: readonly object[];
    /** Upper 16 bits: the mode on Unix. */
    readonly externalFileAttributes: number;
    readonly uncompressedSize: number;
    isEncrypted(): boolean;
  }
  export interface ZipFile {
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<NodeJS.ReadableStream>;
  }
  export function fromBufferPromise(buffer: Buffer, options: { readonly decodeStrings: boolean }): Promise<ZipFile>;
  export function getFileNameLowLevel(flags: number, name: Buffer, extraFields: readonly object[], strict: boolean): string;
  /** @returns what is wrong with it, or null */
  export function validateFileName(name: string): string | null;
}
