/**
 * What an officer's form may bring that is no honest photo, over the real form: files that are not what they are called, that
 * unfold, that are two things, too many, too large, cut off. Each is named with a sentence, what was typed stands there again,
 * and nothing of it is kept. What files do to the loop is in photo-attacks.test.ts.
 */
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { crc32, deflateSync } from 'node:zlib'
import { getRequestListener } from '@hono/node-server'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readStart } from '../src/body.ts'
import { MAX_PHOTO_BYTES } from '../src/image.ts'
import { beforeFiles, hasManyParts } from '../src/multipart.ts'
import { grain, jpegWithPlace, padded } from './photo-desk.ts'
import { openRoad, type Road, scene } from './photo-road.ts'

let road: Road
let hoa: Awaited<ReturnType<Road['signsIn']>>
beforeEach(async () => {
  road = await openRoad()
  hoa = await road.signsIn()
})
afterEach(async () => {
  const failures = road.lines.filter((line) => line.includes('"error"'))
  await road.close()
  expect(failures).toEqual([])
})

const SIGNS = 'Thư kể: hộp sữa tem in mờ, mùi lạ.'
const TYPED = { source: 'letter', kind: 'fake', signs: SIGNS, place: 'Chợ Mẫu', health: 'unknown', unit: 'tinh', note: 'Gửi kèm bao bì.' }
type Named = [name: string, bytes: Uint8Array, type?: string]
type Answer = { status: number; html: string; text: string }

async function typesIn(files: Named[]): Promise<Answer> {
  await hoa.get('/console/cases/new')
  return hoa.post('/console/cases/new', {
    ...TYPED,
    photos: files.map(([name, bytes, type = 'image/jpeg']) => new File([new Uint8Array(bytes)], name, { type })),
  })
}

/** Refused with these sentences; the officer has lost no word, and nothing of what was wrong is left anywhere. */
async function refused(answer: Answer, ...sentences: string[]): Promise<void> {
  expect(answer.status).toBe(400)
  for (const one of sentences) expect(answer.text).toContain(one)
  expect(answer.text).toContain(SIGNS)
  expect(answer.html).toContain('Gửi kèm bao bì.')
  expect(answer.html).toContain('value="Chợ Mẫu"')
  const good = Number(/Đã giữ (\d+) ảnh/.exec(answer.text)?.[1] ?? 0)
  expect([await road.count('cases'), await road.count('photos'), (await road.evidence.list()).names.length]).toEqual([0, good, good])
}

const taken = async (answer: { text: string; path?: string }) => {
  expect(answer.text).toContain('Đã nhập phản ánh.')
  await road.fetchPhotos()
  return road.db.read('SELECT id, state, reason FROM photos ORDER BY id')
}

/** A form as bytes, in the order given. */
function formOf(parts: Array<[name: string, value: string] | [name: string, bytes: Uint8Array, file: string]>, end = '--\r\n'): Buffer {
  const pieces = parts.flatMap(([name, value, fileName]) => [
    Buffer.from(
      `--${MARK}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n`,
    ),
    Buffer.from(fileName === undefined ? '\r\n' : 'Content-Type: image/jpeg\r\n\r\n'),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${MARK}${end}`)])
}
const MARK = '----WebKitFormBoundaryOfTheTests'
const MULTIPART = `multipart/form-data; boundary=${MARK}`

async function posts(body: Uint8Array | ReadableStream, type = MULTIPART): Promise<Answer> {
  const sent = body instanceof ReadableStream ? body : new Uint8Array(body)
  const init = { method: 'POST', body: sent, headers: { 'content-type': type }, duplex: 'half' as const }
  const answer = await hoa.request('/console/cases/new', init)
  const html = await answer.text()
  return { status: answer.status, html, text: html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ') }
}

const fields = (): Array<[string, string]> => [['_csrf', hoa.csrf()], ...Object.entries(TYPED)]

describe('a file that is no photo', () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("https://evil.example")</script></svg>')
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)])
  const cases: Array<[string, Named, string]> = [
    ['a drawing called a photo', ['a.jpg', svg], '“a.jpg”: Tệp này không phải ảnh JPEG, PNG hoặc WebP'],
    ['nothing at all', ['trống.jpg', new Uint8Array()], '“trống.jpg”: Tệp trống'],
    ['a page', ['b.png', Buffer.from('<!doctype html><script>alert(1)</script>'), 'image/png'], '“b.png”: Tệp này không phải ảnh'],
    [
      'a scan as PDF',
      ['thư.pdf', Buffer.from('%PDF-1.7\n1 0 obj'), 'application/pdf'],
      '“thư.pdf”: Tệp PDF chưa nhận được. Quét hoặc lưu từng trang',
    ],
    ['a photo of an iPhone', ['IMG_1.HEIC', heic, 'image/heic'], '“IMG_1.HEIC”: Ảnh HEIC của iPhone chưa mở được'],
    ['a name that is a script', ['<img src=x onerror=alert(1)>.jpg', svg], '“&lt;img src=x onerror=alert(1)&gt;.jpg”'],
    ['a name that turns its line around', ['\u202egpj.exe', svg], '“gpj.exe”'],
    ['a name as long as a page', [`${'d'.repeat(5_000)}.jpg`, svg], `“${'d'.repeat(59)}…”`],
  ]
  test.each(cases)('%s is named', async (_, file, sentence) => {
    const answer = await typesIn([file, ['đẹp.jpg', await scene()]])
    expect(answer.html.replaceAll('&quot;', '"')).toContain(sentence)
    await refused(answer)
    expect(answer.html).not.toContain('<img src=x')
    expect(answer.text).not.toContain('đẹp.jpg')
    // The good one beside it is kept for the next try.
    expect(answer.text).toContain('Đã giữ 1 ảnh')
  })

  test('among ten is named with each of the others that is none, and the sentence stands at the field', async () => {
    const answer = await typesIn([
      ['1.jpg', svg],
      ['2.jpg', await scene()],
      ['3.jpg', new Uint8Array()],
    ])
    await refused(answer, '“1.jpg”: Tệp này không phải ảnh', '“3.jpg”: Tệp trống')
    const input = /<input[^>]+id="f-photos"[^>]*>/.exec(answer.html)?.[0] ?? ''
    expect(input).toContain('aria-invalid="true"')
    for (const id of (/aria-describedby="([^"]+)"/.exec(input)?.[1] ?? '').split(' ')) expect(answer.html).toContain(`id="${id}"`)
  })

  test('a name or a type that says otherwise does not matter: a photo is a photo, and its name goes nowhere', async () => {
    const states = await taken(
      await typesIn([
        ['../../nhà-của-Lan.html', await scene(1), 'text/html'],
        ['b.svg', await scene(2), 'image/svg+xml'],
      ]),
    )
    expect(states).toMatchObject([{ state: 'stored' }, { state: 'stored' }])
    const tables = await road.db.read("SELECT name FROM sqlite_schema WHERE type = 'table'")
    const rows = await Promise.all(tables.map(({ name }) => road.db.read(`SELECT * FROM "${String(name)}"`)))
    const everything = JSON.stringify([rows, road.lines, (await road.evidence.list()).names])
    for (const word of ['nhà-của-Lan', 'b.svg']) expect(everything.includes(word), word).toBe(false)
  })

  test('an empty field of files is no file', async () => {
    expect(await taken(await typesIn([['', new Uint8Array(), 'application/octet-stream']]))).toEqual([])
  })
})

describe('a photo that is too much', () => {
  test('of ten megabytes to the byte is taken; one byte more is named', async () => {
    const photo = await scene()
    await refused(await typesIn([['lớn.jpg', padded(photo, MAX_PHOTO_BYTES + 1)]]), '“lớn.jpg”: Ảnh quá 10 MB')
    expect(await taken(await typesIn([['vừa.jpg', padded(photo, MAX_PHOTO_BYTES)]]))).toMatchObject([{ state: 'stored', reason: null }])
  })

  const png = (width: number, height: number, pixels: number): Buffer => {
    const chunk = (type: string, data: Uint8Array) => {
      const [length, check, body] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.concat([Buffer.from(type), data])]
      length.writeUInt32BE(data.length)
      check.writeUInt32BE(crc32(body))
      return Buffer.concat([length, body, check])
    }
    const head = Buffer.alloc(13)
    head.writeUInt32BE(width, 0)
    head.writeUInt32BE(height, 4)
    head.set([8, 0, 0, 0, 0], 8)
    const data = deflateSync(Buffer.alloc(pixels), { level: 9 })
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
  }

  test('that unfolds to 900 million pixels is named by its header, before anything is unfolded', async () => {
    const bomb = png(30_000, 30_000, 100_000_000)
    const before = process.memoryUsage().rss
    await refused(await typesIn([['bom.png', bomb, 'image/png']]), '“bom.png”: Ảnh quá 50 triệu điểm ảnh')
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  })

  test('that unfolds past what its header says harms nobody: kept as it came', async () => {
    const [one] = await taken(await typesIn([['bom.png', png(100, 100, 100_000_000), 'image/png']]))
    expect(one).toMatchObject({ state: 'stored' })
  })

  test('cut off by its sender’s camera is kept as it came: there is only the original', async () => {
    const whole = await grain()
    expect(await taken(await typesIn([['nửa.jpg', whole.subarray(0, whole.length / 2)]]))).toMatchObject([
      { state: 'stored', reason: 'no_copy' },
    ])
  })
})

test('a photo that is an archive and a page as well is seen as a photo alone; the original is sealed byte for byte', async () => {
  const hidden = Buffer.from('<html><script>fetch("https://evil.example/")</script></html>')
  const both = Buffer.concat([
    await jpegWithPlace(),
    Buffer.from('504b0304', 'hex'),
    hidden,
    Buffer.from('504b0506', 'hex'),
    Buffer.alloc(18),
  ])
  const [photo] = await taken(await typesIn([['hai.jpg', both]]))
  const objects = await road.opened()
  expect(objects.get(String(photo?.id))).toEqual(both)
  const view = objects.get(`${photo?.id}-view`) ?? Buffer.alloc(0)
  for (const word of ['PK', '<script', 'evil.example', 'Exif', 'GPS']) expect(view.includes(word), word).toBe(false)
  expect((await sharp(view).metadata()).exif).toBeUndefined()
})

describe('a form that is too much', () => {
  test('of thirty photos is told how many were chosen and how many are taken', async () => {
    const small = await scene(1, 40, 30)
    await refused(
      await typesIn(Array.from({ length: 30 }, (_, n) => [`${n}.jpg`, small])),
      'Đã chọn 30 ảnh; mỗi lần nhận nhiều nhất 10 ảnh.',
    )
  })

  test('of five hundred files, or half a million parts, is not taken apart; what was typed stands there', async () => {
    await hoa.get('/console/cases/new')
    const many = formOf([
      ...fields(),
      ...Array.from({ length: 500 }, (_, n): [string, Uint8Array, string] => ['photos', Buffer.from('x'), `${n}.jpg`]),
    ])
    await refused(await posts(many), 'Chọn quá nhiều tệp')
    const empty = Buffer.from(`--${MARK}\r\n\r\n\r\n`.repeat(500_000))
    const before = performance.now()
    // No browser made this one.
    expect((await posts(Buffer.concat([formOf(fields(), '\r\n'), empty]))).status).toBe(400)
    expect(performance.now() - before).toBeLessThan(20_000)
  })

  test('of more than 32 MB is refused with its words kept, whether or not its length was announced', async () => {
    await hoa.get('/console/cases/new')
    const large = formOf([
      ...fields(),
      ...Array.from({ length: 5 }, (_, n): [string, Uint8Array, string] => ['photos', Buffer.alloc(9_000_000), `${n}.jpg`]),
    ])
    await refused(await posts(large), 'Các ảnh cộng lại quá 32 MB')
    const pieces = () => {
      let at = 0
      return new ReadableStream({
        pull(controller) {
          if (at >= large.length) return controller.close()
          controller.enqueue(new Uint8Array(large.subarray(at, at + 1_000_000)))
          at += 1_000_000
        },
      })
    }
    await refused(await posts(pieces()), 'Các ảnh cộng lại quá 32 MB')
  })

  test('that goes on for ever is hung up on, and not kept in memory meanwhile', async () => {
    const head = formOf(fields(), '\r\n')
    let sent = 0
    let cancelled = false
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(sent === 0 ? head : Buffer.alloc(1_000_000)))
        sent += 1_000_000
      },
      cancel: () => {
        cancelled = true
      },
    })
    const request = new Request('https://bot.example.vn/', { method: 'POST', body: endless, duplex: 'half' } as RequestInit)
    const { bytes, whole } = await readStart(request, { most: 3_000_000, head: 10_000, drain: 20_000_000 })
    expect([whole, bytes.length, cancelled]).toEqual([false, 10_000, true])
    expect(sent).toBeLessThan(24_000_000)
  })
})

describe('a form that is not whole', () => {
  test('cut off in a photo keeps what was typed, and asks for the photos again', async () => {
    await hoa.get('/console/cases/new')
    const whole = formOf([...fields(), ['photos', await scene(), 'a.jpg']])
    await refused(await posts(whole.subarray(0, whole.length - 5_000)), 'Ảnh chưa tới đủ')
  })

  test('cut off before a photo began, without an end, or of another kind is answered with a sentence', async () => {
    await hoa.get('/console/cases/new')
    const whole = formOf(fields())
    for (const [body, type] of [
      [whole.subarray(0, 20), MULTIPART],
      [whole, 'application/json'],
      [whole, 'multipart/form-data'],
      [Buffer.from('rác'), MULTIPART],
    ] as const) {
      const { status, text } = await posts(body, type)
      expect([400, 403]).toContain(status)
      expect(text).toMatch(/không/i)
    }
    expect([await road.count('cases'), (await road.evidence.list()).names]).toEqual([0, []])
  })

  /** A form over a real connection; the socket after its head was sent. */
  const connected = async (body: Uint8Array) => {
    await hoa.get('/console/cases/new')
    const cookie = [...hoa.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const server = createServer(getRequestListener(road.product.app.fetch))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    const head = `POST /console/cases/new HTTP/1.1\r\nhost: bot.example.vn\r\ncookie: ${cookie}\r\nsec-fetch-site: same-origin\r\n`
    socket.write(`${head}content-type: ${MULTIPART}\r\ncontent-length: ${body.length}\r\n\r\n`)
    const close = async () => {
      socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    return { socket, close }
  }
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

  test('whose sender hangs up in the middle leaves nothing, and the next one is served', async () => {
    await hoa.get('/console/cases/new')
    const body = formOf([...fields(), ['photos', await scene(), 'a.jpg']])
    const { socket, close } = await connected(body)
    socket.write(body.subarray(0, body.length / 2))
    await pause(100)
    socket.destroy()
    await pause(100)
    expect([await road.count('cases'), (await road.evidence.list()).names]).toEqual([0, []])
    expect(await taken(await typesIn([['a.jpg', await scene()]]))).toHaveLength(1)
    await close()
  })

  test('that is too large and comes slowly is heard to its end before it is answered: a browser cut off shows no answer', async () => {
    await hoa.get('/console/cases/new')
    const body = formOf([...fields(), ['photos', Buffer.alloc(40_000_000), 'a.jpg']])
    const { socket, close } = await connected(body)
    let answer = ''
    const wrong: string[] = []
    let sent = false
    socket.on('data', (data) => {
      if (!sent) wrong.push('answered early')
      answer += data.toString()
    })
    socket.on('error', ({ message }) => void wrong.push(message))
    socket.on('close', () => sent || wrong.push('closed early'))
    socket.write(body.subarray(0, 36_000_000))
    // Longer than the server waits for what it did not ask for.
    await pause(1_500)
    sent = true
    socket.write(body.subarray(36_000_000))
    await expect.poll(() => answer, { timeout: 10_000 }).toContain('</html>')
    expect([answer.split('\r\n')[0], wrong]).toEqual(['HTTP/1.1 400 Bad Request', []])
    expect(answer).toContain('Các ảnh cộng lại quá 32 MB')
    expect(answer).toContain(SIGNS)
    await close()
  })
})

describe('what was typed before the files', () => {
  const names = async (bytes: Uint8Array) => [
    ...(await new Response(beforeFiles(bytes, MULTIPART), { headers: { 'content-type': MULTIPART } }).formData()).keys(),
  ]

  test('is every whole field up to the first file, and none that came after it', async () => {
    const form = formOf([
      ['a', 'một'],
      ['b', 'hai\r\n--không phải'],
      ['photos', Buffer.from('x'), 'x.jpg'],
      ['c', 'ba'],
    ])
    expect(await names(form)).toEqual(['a', 'b'])
    for (let length = 0; length < form.length; length += 7)
      expect(['', 'a', 'a,b']).toContain((await names(form.subarray(0, length))).join())
    expect(await names(new Uint8Array())).toEqual([])
  })

  test('parts are counted without being taken apart', () => {
    const form = formOf([
      ['a', '1'],
      ['b', '2'],
    ])
    expect([hasManyParts(form, MULTIPART, 3), hasManyParts(form, MULTIPART, 2)]).toEqual([false, true])
  })
})
