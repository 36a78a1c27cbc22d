import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaults } from '../src/model/params';
import { textsOf, withTexts } from '../src/model/png';
import { describeSvg, provenance, tableToCsv } from '../src/model/take-away';

/** A PNG of one grey pixel. */
function onePixel(): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

describe('withTexts', () => {
  it('keeps what it is given, in any letters, and the picture', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        (text) => {
          const png = withTexts(onePixel(), { Description: text, Software: 'igb' });
          expect(textsOf(png)).toEqual({ Description: text, Software: 'igb' });
          expect(Buffer.from(png).includes(Buffer.from(onePixel().subarray(33)))).toBe(true);
        },
      ),
    );
  });

  it('writes chunks with the checksum of the format', () => {
    const png = Buffer.from(withTexts(onePixel(), { Comment: 'γ = 1' }));
    const length = png.readUInt32BE(33);
    expect(png.toString('latin1', 37, 41)).toBe('iTXt');
    expect(png.readUInt32BE(41 + length)).toBe(crc32(png.subarray(37, 41 + length)));
  });
});

describe('provenance', () => {
  it('names version, seed and all else that the networks depend on', () => {
    const lines = provenance({ ...defaults(), seed: 5 }, '1.2.3');
    expect(lines[0]).toBe('igb 1.2.3');
    expect(lines).toContain('seed = 5');
    expect(lines).toContain('sampler = dense');
    expect(lines.some((line) => line.startsWith('theme'))).toBe(false);
  });

  it('stands in an SVG after its title, as text only', () => {
    expect(describeSvg('<svg a="1"><title>T</title><g/></svg>', ['a < b', 'c & d'])).toBe(
      '<svg a="1"><title>T</title><desc>a &lt; b\nc &amp; d</desc><g/></svg>',
    );
    expect(describeSvg('<svg><g/></svg>', ['$&'])).toBe('<svg><desc>$&amp;</desc><g/></svg>');
  });

  it('stands in a CSV as comments', () => {
    const csv = tableToCsv(
      {
        columns: ['a', 'b'],
        rows: [
          [null, 'x,"y"'],
          [Infinity, -0.5],
        ],
      },
      defaults(),
      '1',
    );
    expect(csv.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'a,b',
      ',"x,""y"""',
      'inf,-0.5',
      '',
    ]);
  });
});
