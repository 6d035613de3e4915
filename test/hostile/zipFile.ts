/** Writes zip archives, also such as no program would write. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipMember {
  readonly bytes: Buffer;
  /** What it says that it unpacks to, in bytes. */
  readonly size?: number;
  /** Of Unix, with the type of the file. */
  readonly mode?: number;
  readonly encrypted?: boolean;
}

export function zipOf(members: Readonly<Record<string, Buffer | ZipMember>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, member] of Object.entries(members)) {
    const { bytes, size, mode = 0o100644, encrypted = false }: ZipMember = Buffer.isBuffer(member) ? { bytes: member } : member;
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes);
    const facts = factsOf(bytes, packed, name, size ?? bytes.length, encrypted);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004\u0014\u0000", "latin1"), facts, name, packed]);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0003\u0014\u0000", "latin1"), facts, tailOf(mode, offset), name]));
    locals.push(local);
    offset += local.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  for (const at of [8, 10]) end.writeUInt16LE(directory.length, at);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, all, end]);
}

/** What a local header and the directory both say: flags, method, date, checksum, sizes, lengths. */
function factsOf(bytes: Buffer, packed: Buffer, name: Buffer, size: number, encrypted: boolean): Buffer {
  const facts = Buffer.alloc(24);
  facts.writeUInt16LE(0x800 | Number(encrypted), 0); // names are UTF-8
  facts.writeUInt16LE(8, 2);
  facts.writeUInt32LE(0x21_0000, 4);
  facts.writeUInt32LE(crc32(bytes), 8);
  facts.writeUInt32LE(packed.length, 12);
  facts.writeUInt32LE(size, 16);
  facts.writeUInt16LE(name.length, 20);
  return facts;
}

function tailOf(mode: number, offset: number): Buffer {
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE((mode << 16) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  return tail;
}
