/** Words in a PNG, as the format keeps them: chunks of the type iTXt. */

const signatureBytes = 8;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; ++bit) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The checksum of chunks. */
function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 255] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Length, type, content, checksum. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

/** The PNG with texts, each under a keyword of 1 to 79 Latin letters, right after its header. */
export function withTexts(
  png: Uint8Array<ArrayBuffer>,
  texts: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const headerBytes = new DataView(png.buffer, png.byteOffset).getUint32(signatureBytes);
  const end = signatureBytes + 12 + headerBytes;
  // Neither compressed, nor in a stated language, nor with a translated keyword.
  const chunks = Object.entries(texts).map(([keyword, text]) =>
    chunk('iTXt', new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`)),
  );
  const parts = [png.subarray(0, end), ...chunks, png.subarray(end)];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

/** The texts of a PNG by their keywords. */
export function textsOf(png: Uint8Array): Record<string, string> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const texts: Record<string, string> = {};
  for (let place = signatureBytes; place < png.length; place += 12 + view.getUint32(place)) {
    const content = png.subarray(place + 8, place + 8 + view.getUint32(place));
    if (new TextDecoder().decode(png.subarray(place + 4, place + 8)) !== 'iTXt') continue;
    const [keyword = '', ...rest] = new TextDecoder().decode(content).split('\0');
    texts[keyword] = rest.slice(4).join('\0');
  }
  return texts;
}
