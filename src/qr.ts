/**
 * QR codes as pictures for pages and posters, by the qrcode package.
 */
import qrcode from 'qrcode'

/** An SVG document, black on white with its quiet margin. */
export async function qrSvg(text: string): Promise<string> {
  return qrcode.toString(text, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
}
