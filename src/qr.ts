/**
 * QR codes as pictures for pages and posters, by the qrcode package.
 */
import qrcode from 'qrcode'

/** An SVG document, black on white with its quiet margin. */
export async function qrSvg(text: string): Promise<string> {
  return qrcode.toString(text, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
}

/** The same as dark squares of a grid `size` wide, for what draws by itself. */
export function qrGrid(text: string): { size: number; dark: Array<[x: number, y: number]> } {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' })
  const { size } = modules
  const dark = Array.from({ length: size * size }, (_, i): [number, number] => [i % size, Math.floor(i / size)])
  return { size, dark: dark.filter(([x, y]) => modules.get(y, x)) }
}
