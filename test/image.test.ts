import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { isBare, lookAt, MAX_PIXELS } from '../src/image.ts'
import { viewerCopy } from '../src/viewer-copy.ts'

const text = (words: string) => new TextEncoder().encode(words)
const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#b02020' } })
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** The header of a PNG that claims this size; nothing behind it. */
function pngClaiming(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(33)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  bytes.set([8, 2], 24)
  return bytes
}

describe('a photo is known by its first bytes', () => {
  test('JPEG, PNG and WebP of every kind are taken, with their size', async () => {
    const files = {
      jpeg: await picture(321, 123).jpeg().toBuffer(),
      progressive: await picture(321, 123)
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Make: 'Máy ảnh' } })
        .toBuffer(),
      png: await picture(321, 123).png().toBuffer(),
      lossy: await picture(321, 123).webp().toBuffer(),
      lossless: await picture(321, 123).webp({ lossless: true }).toBuffer(),
      extended: await picture(321, 123)
        .webp()
        .withExif({ IFD0: { Make: 'Máy ảnh' } })
        .toBuffer(),
    }
    for (const [name, bytes] of Object.entries(files)) {
      const type = name.startsWith('png') ? 'image/png' : /jpeg|progressive/.test(name) ? 'image/jpeg' : 'image/webp'
      expect(lookAt(bytes), name).toEqual({ type, width: 321, height: 123 })
    }
    expect(files.lossy.toString('latin1', 12, 16)).toBe('VP8 ')
    expect(files.lossless.toString('latin1', 12, 16)).toBe('VP8L')
    expect(files.extended.toString('latin1', 12, 16)).toBe('VP8X')
  })

  test('an iPhone photo in HEIC and its kin are named as such; a video is not', () => {
    const box = (...brands: string[]) =>
      joined(new Uint8Array([0, 0, 0, 8 + brands.length * 4]), text(`ftyp${brands.join('')}`), new Uint8Array(40))
    expect(lookAt(box('heic', '\0\0\0\0', 'mif1'))).toEqual({ refused: 'heic' })
    expect(lookAt(box('mif1', '\0\0\0\0', 'heic'))).toEqual({ refused: 'heic' })
    expect(lookAt(box('avif', '\0\0\0\0'))).toEqual({ refused: 'heic' })
    expect(lookAt(box('isom', '\0\0\x02\0', 'mp41'))).toEqual({ refused: 'not_an_image' })
  })

  test('drawings, pages, documents, programs and nothing at all are refused whatever they are called', () => {
    const files: Record<string, Uint8Array> = {
      nothing: new Uint8Array(),
      svg: text('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>'),
      'svg after xml': text('<?xml version="1.0"?><svg width="10" height="10"/>'),
      gif: text('GIF89a\x01\x00\x01\x00<script>'),
      pdf: text('%PDF-1.7\n1 0 obj'),
      page: text('<!doctype html><title>x</title>'),
      'page that begins like a JPEG': joined(new Uint8Array([0xff, 0xd8, 0xff]), text('<html><script>alert(1)</script></html>')),
      'page that begins like a PNG': joined(
        new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
        text('<html><body>…</body></html>'),
      ),
      'sound in RIFF': joined(text('RIFF\x24\x00\x00\x00WAVEfmt '), new Uint8Array(30)),
      bitmap: joined(text('BM'), new Uint8Array(60)),
      'one byte': new Uint8Array([0xff]),
    }
    for (const [name, bytes] of Object.entries(files)) expect(lookAt(bytes), name).toEqual({ refused: 'not_an_image' })
  })

  test('a photo cut off anywhere, or filled with anything, never breaks the reader', async () => {
    for (const whole of [
      await picture(50, 40).jpeg().toBuffer(),
      await picture(50, 40).png().toBuffer(),
      await picture(50, 40).webp().toBuffer(),
    ]) {
      for (let length = 0; length < whole.length; length++) {
        const found = lookAt(whole.subarray(0, length))
        if (!('refused' in found)) expect(found).toMatchObject({ width: 50, height: 40 })
      }
    }
    const fill = new Uint8Array(10 * 1024 * 1024).fill(0xff)
    fill[1] = 0xd8
    expect(lookAt(fill)).toEqual({ refused: 'not_an_image' })
  })

  test('a tiny file that unfolds to a huge picture is refused before anything is decoded', () => {
    expect(lookAt(pngClaiming(60_000, 60_000))).toEqual({ refused: 'bomb' })
    expect(lookAt(pngClaiming(0xffff_ffff, 0xffff_ffff))).toEqual({ refused: 'bomb' })
    expect(lookAt(pngClaiming(MAX_PIXELS + 1, 1))).toEqual({ refused: 'bomb' })
    expect(lookAt(pngClaiming(0, 100))).toEqual({ refused: 'not_an_image' })
    // A telephone's own "50 MP"
    expect(lookAt(pngClaiming(8192, 6144))).toEqual({ type: 'image/png', width: 8192, height: 6144 })
  })
})

describe('where no copy can be made, a picture is known to be bare', () => {
  const noise = sharp({
    create: { width: 64, height: 64, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })
  const located = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '21/1 1/1 30/1' } }
  /** A PNG chunk before the end; its checksum is nobody's matter here. */
  const withChunk = (png: Uint8Array, type: string, words: string) =>
    joined(png.subarray(0, 33), new Uint8Array([0, 0, 0, words.length]), text(type + words), new Uint8Array(4), png.subarray(33))
  const withSegment = (jpeg: Uint8Array, marker: number, words: string) =>
    joined(jpeg.subarray(0, 2), new Uint8Array([0xff, marker, 0, words.length + 2]), text(words), jpeg.subarray(2))

  test('plain, progressive, with a colour profile, with transparency', async () => {
    const jpeg = await noise.clone().jpeg().toBuffer()
    expect(isBare(jpeg)).toBe(true)
    expect(isBare(await noise.clone().jpeg({ progressive: true }).toBuffer())).toBe(true)
    expect(isBare(await noise.clone().jpeg().withIccProfile('p3').toBuffer())).toBe(true)
    expect(isBare(await noise.clone().png().toBuffer())).toBe(true)
    expect(isBare(await noise.clone().ensureAlpha(0.5).png({ palette: true }).toBuffer())).toBe(true)
    expect(isBare(new Uint8Array(await viewerCopy(jpeg)))).toBe(true)
  })

  test('whatever else comes along in it, before, between or behind the pixels, is seen', async () => {
    const jpeg = await noise.clone().jpeg().toBuffer()
    const progressive = await noise.clone().jpeg({ progressive: true }).toBuffer()
    const png = await noise.clone().png().toBuffer()
    const scan = progressive.lastIndexOf(Buffer.from([0xff, 0xda]))
    const files: Record<string, Uint8Array> = {
      exif: await noise.clone().jpeg().withExif(located).toBuffer(),
      'exif in a PNG': await noise.clone().png().withExif(located).toBuffer(),
      xmp: withSegment(jpeg, 0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>'),
      iptc: withSegment(jpeg, 0xed, 'Photoshop 3.0\0'),
      comment: withSegment(jpeg, 0xfe, 'Nguyễn'),
      'more pictures': withSegment(jpeg, 0xe2, 'MPF\0'),
      thumbnail: withSegment(jpeg, 0xe0, 'JFXX\0'),
      'between scans': joined(progressive.subarray(0, scan), new Uint8Array([0xff, 0xe1, 0, 6]), text('Exif'), progressive.subarray(scan)),
      'behind a JPEG': joined(jpeg, text('Exif')),
      'behind a PNG': joined(png, text('Exif')),
      'half a JPEG': jpeg.subarray(0, jpeg.length / 2),
      'half a PNG': png.subarray(0, png.length / 2),
      ...Object.fromEntries(['tEXt', 'iTXt', 'zTXt', 'eXIf', 'tIME', 'teSt'].map((type) => [type, withChunk(png, type, 'Author')])),
    }
    for (const [name, bytes] of Object.entries(files)) expect(isBare(bytes), name).toBe(false)
  })
})

describe("the viewer's copy", () => {
  test('is an upright JPEG of at most 2048 pixels without a trace of place, time, camera or colour profile', async () => {
    const original = await picture(3000, 1000)
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .withExif({
        IFD0: { Make: 'Máy ảnh', Copyright: 'Nguyễn Văn Mẫu' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '21/1 1/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '105/1 51/1 0/1' },
      })
      .jpeg()
      .toBuffer()
    const before = await sharp(original).metadata()
    expect(before.exif).toBeDefined()
    expect(before.icc).toBeDefined()
    expect(before.orientation).toBe(6)
    const copy = Buffer.from(await viewerCopy(original))
    const after = await sharp(copy).metadata()
    expect(after).toMatchObject({ format: 'jpeg', width: 683, height: 2048 })
    for (const trace of ['exif', 'icc', 'xmp', 'iptc', 'orientation'] as const) expect(after[trace], trace).toBeUndefined()
    for (const word of ['Exif', 'GPS', 'ICC_PROFILE', 'http://ns.adobe.com']) expect(copy.includes(word), word).toBe(false)
  })

  test('gives up quality for a size it is asked to keep, as far as that goes', async () => {
    const loud = await sharp({
      create: { width: 400, height: 400, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .png()
      .toBuffer()
    const whole = (await viewerCopy(loud)).byteLength
    const smaller = (await viewerCopy(loud, whole - 1)).byteLength
    expect(smaller).toBeLessThan(whole)
    const smallest = (await viewerCopy(loud, smaller - 1)).byteLength
    expect(smallest).toBeLessThan(smaller)
    expect((await viewerCopy(loud, 1)).byteLength).toBe(smallest)
  })

  test('carries nothing of a page hidden behind the picture', async () => {
    const copy = Buffer.from(
      await viewerCopy(joined(await picture(40, 30).jpeg().toBuffer(), text('<html><script>alert(1)</script></html>'))),
    )
    expect(copy.includes('<script>')).toBe(false)
    expect(await sharp(copy).metadata()).toMatchObject({ width: 40, height: 30 })
  })

  test('of an animation is its first frame, and of a see-through picture stands on white', async () => {
    const colours = await Promise.all(
      ['#ff0000', '#0000ff'].map((background) =>
        sharp({ create: { width: 20, height: 20, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const frames = await sharp(colours, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer()
    expect((await sharp(frames).metadata()).pages).toBe(2)
    const { data, info } = await sharp(Buffer.from(await viewerCopy(frames)))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width: 20, height: 20 })
    expect(data[0]).toBeGreaterThan(200)
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .png()
      .toBuffer()
    expect(
      (
        await sharp(Buffer.from(await viewerCopy(clear)))
          .raw()
          .toBuffer()
      )[0],
    ).toBeGreaterThan(250)
  })

  test('is not made of a damaged photo, a huge one, or anything but the three formats', async () => {
    const noise = await sharp({
      create: { width: 200, height: 200, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
    })
      .jpeg()
      .toBuffer()
    await expect(viewerCopy(noise.subarray(0, noise.length / 2))).rejects.toThrow()
    await expect(viewerCopy(pngClaiming(60_000, 60_000))).rejects.toThrow()
    await expect(viewerCopy(text('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'))).rejects.toThrow()
    await expect(viewerCopy(await picture(10, 10).gif().toBuffer())).rejects.toThrow()
    // …and the next good one is copied all the same
    expect((await viewerCopy(await picture(10, 10).png().toBuffer())).byteLength).toBeGreaterThan(100)
  })
})
