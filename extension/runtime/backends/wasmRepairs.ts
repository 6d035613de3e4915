/** The published wasm backend (4.22) overwrites its own start where its memory ends. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** The heap ends at 4 GiB and an allocation beyond is not noticed: the next write would go to address 0. */
export function guardHeap(backend: BackendWasm): void {
  const module = backend.wasm as unknown as { asm?: { malloc?: (n: number) => number }; _malloc: (n: number) => number; HEAPU8: Uint8Array };
  const allocate = module.asm?.malloc ?? module._malloc; // `_malloc` would put itself back in place at its first call
  module._malloc = (bytes) => {
    const address = allocate(bytes) >>> 0;
    if (address === 0 && bytes > 0) {
      const mib = (n: number) => Math.round(n / 2 ** 20);
      throw new RangeError(`out of memory: ${mib(bytes)} MiB asked while the WebAssembly heap holds ${mib(module.HEAPU8.length)} of at most 4096 MiB`);
    }
    return address;
  };
}
