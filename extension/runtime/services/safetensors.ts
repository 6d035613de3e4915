/**
 * The safetensors format: 8 bytes with the length of a JSON header, the header, the tensors' bytes, all little-endian.
 * https://github.com/huggingface/safetensors#format
 */
import { type DType, sizeOf, type TensorData, viewAs } from "../../protocol/tensor.ts";

export interface Contents {
  readonly tensors: Readonly<Record<string, TensorData>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const NAMES = { float32: "F32", int32: "I32", bool: "BOOL" } as const;
const METADATA = "__metadata__";

export function toSafetensors({ tensors, metadata }: Contents): Uint8Array {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: NAMES[dtype], shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8; // so that every tensor can be read where it lies
  const file = new Uint8Array(start + end).fill(0x20, 0, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(text, 8);
  let at = start;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** @throws {SyntaxError | RangeError} for bytes that are not of the format, or of a dtype other than F32, I32, BOOL */
export function fromSafetensors(file: Uint8Array): Contents {
  const start = 8 + Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (start > file.length) throw new RangeError(`a header of ${start - 8} bytes in a file of ${file.length}`);
  const { [METADATA]: metadata = {}, ...entries } = JSON.parse(new TextDecoder().decode(file.subarray(8, start))) as Record<string, object>;
  const tensors = Object.entries(entries as Record<string, Entry>).map(([name, entry]) => [name, tensorAt(name, entry, file.subarray(start))] as const);
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function tensorAt(name: string, { dtype: dtypeName, shape, data_offsets: [from, to] }: Entry, bytes: Uint8Array): TensorData {
  const dtype = (Object.keys(NAMES) as DType[]).find((known) => NAMES[known] === dtypeName);
  if (!dtype) throw new RangeError(`"${name}" is of dtype ${dtypeName}; F32, I32 and BOOL can be read`);
  if (to > bytes.length) throw new RangeError(`"${name}" ends at ${to}, beyond the end of the file`);
  const data = viewAs(dtype, bytes.subarray(from, to));
  if (data.length !== sizeOf(shape)) throw new RangeError(`"${name}" has ${data.length} elements, which do not fit its shape [${shape}]`);
  return { dtype, shape, data };
}
