// Draws every icon of Larder from the SVG sources in resources/mark:
//   node scripts/draw-icons.mjs [folder]      (default: resources)
// The same sources give the same bytes, so the drawn files are committed and a test redraws them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Resvg } from '@resvg/resvg-js'

const resources = fileURLToPath(new URL('../resources', import.meta.url))
const outFolder = process.argv[2] ?? resources

const states = ['protected', 'attention', 'at-risk', 'working', 'paused']

// Small drawings are fitted to a pixel grid, so each size is drawn from the grid it is a multiple of.
const gridOfSize = { 16: 16, 20: 20, 24: 24, 32: 16, 40: 20, 48: 24 }

// Panels of Linux give 22 px and their own icons keep one pixel of air: the 20 px grid with a margin.
const panelViewBox = '-1 -1 22 22'

// Apple's grid leaves a tenth of the canvas empty around the tile of an application icon.
const macViewBox = '-6 -6 76 76'

// Sizes in pixels: small and large icons of Windows at 100 to 200 %, the hicolor theme of Linux.
const trayIcoSizes = [16, 20, 24, 32, 40, 48]
const appIcoSizes = [16, 20, 24, 32, 40, 48, 64, 128, 256]
const linuxSizes = [16, 24, 32, 48, 64, 96, 128, 256, 512]

// The PNG entries of an Apple icon: type and size in pixels (ic11 to ic14 are the @2x ones).
const icnsEntries = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
]

const source = (name) => readFileSync(join(resources, 'mark', `${name}.svg`), 'utf8')

const withViewBox = (svg, viewBox) => svg.replace(/viewBox="[^"]*"/, `viewBox="${viewBox}"`)

function png(svg, size) {
  const options = { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } }
  return new Resvg(svg, options).render().asPng()
}

// A tray source holds all five signs, hidden: this shows one of them, cut out of the lid.
function traySvg(grid, state, colour) {
  return source(`tray-${grid}`)
    .replace('<svg ', `<svg color="${colour}" `)
    .replace('</style>', `#${state} { display: inline }</style>`)
}

// The window and the tray share one palette: the colour that the large drawing of the state carries.
const colourOf = (state) => source(state).match(/ color="(#[0-9a-f]{6})"/)[1]

// The rim, the highlight and the ring of the large drawing turn to mud below 40 px.
const appSvg = (size) => source(size < 40 ? 'app-icon-small' : 'app-icon')

const appIcon = (size) => png(appSvg(size), size)

const macSvg = (size) => (size < 40 ? appSvg(size) : withViewBox(appSvg(size), macViewBox))

// https://learn.microsoft.com/windows/win32/menurc/newheader: a header, a directory, then the images.
function ico(images) {
  const header = Buffer.from([0, 0, 1, 0, images.length, 0])
  let offset = header.length + 16 * images.length
  const directory = images.map(({ size, data }) => {
    const entry = Buffer.alloc(16)
    entry.writeUInt8(size % 256, 0) // 256 is written as 0
    entry.writeUInt8(size % 256, 1)
    entry.writeUInt16LE(1, 4) // colour planes
    entry.writeUInt16LE(32, 6) // bits per pixel
    entry.writeUInt32LE(data.length, 8)
    entry.writeUInt32LE(offset, 12)
    offset += data.length
    return entry
  })
  return Buffer.concat([header, ...directory, ...images.map(({ data }) => data)])
}

// An Apple icon is a list of chunks: four letters, the length with this header, the PNG.
function chunk(type, data) {
  const header = Buffer.alloc(8)
  header.write(type, 'latin1')
  header.writeUInt32BE(data.length + 8, 4)
  return Buffer.concat([header, data])
}

const icns = (entries) => chunk('icns', Buffer.concat(entries.map(([type, data]) => chunk(type, data))))

function save(path, data) {
  const file = join(outFolder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, data)
}

// Windows picks from an .ico by scale; macOS wants black template images; on Linux, Electron hands the
// panel one picture only, that of the highest scale.
function drawTray(state) {
  const colour = colourOf(state)
  const draw = (size, ink) => png(traySvg(gridOfSize[size], state, ink), size)
  const panel = withViewBox(traySvg(20, state, colour), panelViewBox)

  save(`tray/${state}.ico`, ico(trayIcoSizes.map((size) => ({ size, data: draw(size, colour) }))))
  save(`tray/${state}.png`, png(panel, 22))
  save(`tray/${state}@2x.png`, png(panel, 44))
  save(`tray/${state}Template.png`, draw(16, '#000000'))
  save(`tray/${state}Template@2x.png`, draw(32, '#000000'))
}

function drawApp() {
  for (const size of linuxSizes) save(`icons/${size}x${size}.png`, appIcon(size))
  save('icon.png', appIcon(512))
  save('icon.ico', ico(appIcoSizes.map((size) => ({ size, data: appIcon(size) }))))
  save('icon.icns', icns(icnsEntries.map(([type, size]) => [type, png(macSvg(size), size)])))
}

states.forEach(drawTray)
drawApp()
