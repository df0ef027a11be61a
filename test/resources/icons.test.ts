import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { afterAll, describe, expect, it } from 'vitest'

const resources = join(import.meta.dirname, '../../resources')
const states = ['protected', 'attention', 'at-risk', 'working', 'paused'] as const
const read = (path: string): Buffer => readFileSync(join(resources, path))

const pngSize = (png: Buffer): string => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`

function icoEntries(ico: Buffer) {
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const entry = ico.subarray(6 + 16 * index)
    const offset = entry.readUInt32LE(12)
    const data = ico.subarray(offset, offset + entry.readUInt32LE(8))
    return { named: `${entry.readUInt8(0) || 256}x${entry.readUInt8(1) || 256}`, drawn: pngSize(data) }
  })
}

function icnsEntries(icns: Buffer) {
  const entries = new Map<string, string>()
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    entries.set(icns.toString('latin1', at, at + 4), pngSize(icns.subarray(at + 8)))
  }
  return entries
}

interface Pixel {
  readonly rgb: readonly [number, number, number]
  readonly alpha: number
}

function pixelsOf(path: string): Pixel[] {
  const href = `data:image/png;base64,${read(path).toString('base64')}`
  const [width, height] = pngSize(read(path)).split('x')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image href="${href}"/></svg>`
  const bytes = new Resvg(svg).render().pixels
  return Array.from({ length: bytes.length / 4 }, (_, index) => ({
    rgb: [bytes.readUInt8(4 * index), bytes.readUInt8(4 * index + 1), bytes.readUInt8(4 * index + 2)],
    alpha: bytes.readUInt8(4 * index + 3),
  }))
}

// Relative luminance and contrast as WCAG 2 defines them.
function luminance(rgb: Pixel['rgb']): number {
  const [red, green, blue] = rgb.map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

function contrast(one: Pixel['rgb'], other: Pixel['rgb']): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

const colourOf = (state: string) => pixelsOf(`tray/${state}@2x.png`).find(({ alpha }) => alpha === 255)?.rgb

describe('tray icons', () => {
  it.each(states)('has every picture of "%s" at the size its platform asks for', (state) => {
    expect(pngSize(read(`tray/${state}.png`))).toBe('22x22')
    expect(pngSize(read(`tray/${state}@2x.png`))).toBe('44x44')
    expect(pngSize(read(`tray/${state}Template.png`))).toBe('16x16')
    expect(pngSize(read(`tray/${state}Template@2x.png`))).toBe('32x32')

    const entries = icoEntries(read(`tray/${state}.ico`))
    expect(entries.map(({ drawn }) => drawn)).toEqual(['16x16', '20x20', '24x24', '32x32', '40x40', '48x48'])
    expect(entries.every(({ named, drawn }) => named === drawn)).toBe(true)
  })

  const pairs = states.flatMap((one, index) => states.slice(index + 1).map((other) => [one, other] as const))

  it.each(pairs)('tells %s from %s by shape alone at 22 px', (one, other) => {
    const others = pixelsOf(`tray/${other}.png`)
    const turned = pixelsOf(`tray/${one}.png`).filter(
      ({ alpha }, index) => Math.abs(alpha - (others[index]?.alpha ?? 0)) > 127,
    )
    expect(turned.length).toBeGreaterThanOrEqual(10)
  })

  it.each(states)('draws "%s" in a colour that reads on light and on dark panels', (state) => {
    const colour = colourOf(state) ?? [255, 255, 255]
    expect(contrast(colour, [0xff, 0xff, 0xff])).toBeGreaterThanOrEqual(3)
    expect(contrast(colour, [0x1a, 0x1b, 0x1e])).toBeGreaterThanOrEqual(3)
  })

  it('gives every state a colour of its own', () => {
    expect(new Set(states.map((state) => String(colourOf(state)))).size).toBe(states.length)
  })

  it.each(states)('keeps the macOS template of "%s" black with alpha', (state) => {
    const inked = pixelsOf(`tray/${state}Template@2x.png`).filter(({ alpha }) => alpha > 0)
    expect(inked.length).toBeGreaterThan(0)
    expect(inked.filter(({ rgb }) => String(rgb) !== '0,0,0')).toEqual([])
  })
})

describe('application icons', () => {
  it.each([16, 24, 32, 48, 64, 96, 128, 256, 512])('has the %i px icon of the Linux theme', (size) => {
    expect(pngSize(read(`icons/${size}x${size}.png`))).toBe(`${size}x${size}`)
  })

  it('has a 512 px picture and a Windows icon from 16 to 256 px', () => {
    expect(pngSize(read('icon.png'))).toBe('512x512')
    const entries = icoEntries(read('icon.ico'))
    expect(entries.every(({ named, drawn }) => named === drawn)).toBe(true)
    expect(entries.map(({ drawn }) => Number.parseInt(drawn, 10))).toEqual([
      16, 20, 24, 32, 40, 48, 64, 128, 256,
    ])
  })

  it('has a macOS icon with every entry at the size its type stands for', () => {
    const icns = read('icon.icns')
    expect(icns.toString('latin1', 0, 4)).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    expect(Object.fromEntries(icnsEntries(icns))).toEqual({
      ic11: '32x32',
      ic12: '64x64',
      ic07: '128x128',
      ic13: '256x256',
      ic08: '256x256',
      ic14: '512x512',
      ic09: '512x512',
      ic10: '1024x1024',
    })
  })
})

describe('the drawn files', () => {
  const redrawn = mkdtempSync(join(tmpdir(), 'larder-icons-'))
  afterAll(() => rmSync(redrawn, { recursive: true }))

  it('are what the sources draw today', () => {
    execFileSync(process.execPath, [join(resources, '../scripts/draw-icons.mjs'), redrawn])

    const files = readdirSync(redrawn, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.\w+$/.test(file),
    )
    expect(files).toHaveLength(25 + 9 + 3)
    const stale = files.filter((file) => !read(file).equals(readFileSync(join(redrawn, file))))
    expect(stale).toEqual([])
  })
})
