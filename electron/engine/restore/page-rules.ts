/** HTML that is safe to put on a page. Only `html` makes it, so text cannot be taken for it. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | Markup | null | readonly (Markup | null)[]

/** HTML in which every text that is filled in is shown as it is, whatever it holds; null is left out. */
export const html = (fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(
    fixed.map((text, place) => (place === 0 ? '' : markupOf(parts[place - 1] ?? null)) + text).join(''),
  )

function markupOf(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.text
  return typeof part === 'string' ? escaped(part) : part.map((each) => markupOf(each)).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Also takes the control characters, which HTML forbids, and those that turn the direction of what follows. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '')
    .replaceAll(/(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')

/** A heading with what belongs to it. */
export const section = (title: string, content: Markup): Markup =>
  html`<section>
    <h2>${title}</h2>
    ${content}
  </section> `

/** Terms and what is to be said of each. */
export const facts = (pairs: readonly (readonly [term: string, said: string | Markup])[]): Markup =>
  html`<dl>
    ${pairs.map(
      ([term, said]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${said}</dd>
        </div>`,
    )}
  </dl>`

interface Column {
  readonly title: string
  /** Figures stand under each other, digit by digit; moments are not broken either. */
  readonly holds?: 'figure' | 'moment'
}

export const table = (columns: readonly Column[], rows: readonly (readonly (string | Markup)[])[]): Markup =>
  html`<table>
    <thead>
      <tr>
        ${columns.map(({ title, holds = 'text' }) => html`<th scope="col" class="${holds}">${title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell, place) => html`<td class="${columns[place]?.holds ?? 'text'}">${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`

/** Black on white, for A4; also on a screen, where a page is as wide as a sheet. */
const style = `
@page { size: A4; margin: 16mm 16mm 18mm }
* { box-sizing: border-box }
html { color-scheme: light; background: #fff; color: #000 }
body { max-width: 178mm; margin: 0 auto; padding: 10mm 0;
  font: 9.5pt/1.4 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif }
header { display: flex; justify-content: space-between; gap: 8mm; padding-bottom: 2mm; border-bottom: 0.4mm solid #000 }
header strong { font-size: 11pt }
h1, h2, p, dl, dd, ul, pre { margin: 0 }
h1 { font-size: 20pt; line-height: 1.25; font-weight: 700; text-wrap: balance }
h2 { margin-bottom: 1.5mm; font-size: 11.5pt; break-after: avoid }
section { margin-top: 6mm }
.verdict { display: flex; gap: 6mm; align-items: center; margin-top: 6mm; padding: 5mm 6mm; border: 0.7mm solid #000;
  border-radius: 2mm; break-inside: avoid }
.verdict svg { flex: none; width: 18mm; height: 18mm }
body { overflow-wrap: anywhere }
h1, p, td, dd, li { unicode-bidi: isolate }
td { white-space: pre-line }
td.text { min-width: 25mm }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 0 8mm }
dl div { display: grid; grid-template-columns: 26mm 1fr; gap: 3mm; padding: 1.2mm 0; border-bottom: 0.1mm solid #999;
  break-inside: avoid }
dt { color: #333 }
dd { font-weight: 600 }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
thead { display: table-header-group }
tr { break-inside: avoid }
th { padding: 1mm 0 1mm 4mm; border-bottom: 0.3mm solid #000; text-align: left; vertical-align: bottom; font-size: 9pt }
td { padding: 1.2mm 0 1.2mm 4mm; border-bottom: 0.1mm solid #999; text-align: left; vertical-align: top }
th:first-child, td:first-child { padding-left: 0 }
th.figure, td.figure { text-align: right }
.figure, .moment { white-space: nowrap }
p + p, p + pre, pre + p, p + table, table + p, dl + p, dl + pre { margin-top: 2mm }
ul { padding-left: 5mm }
code, pre { font-family: ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 9pt }
pre { padding: 3mm; border: 0.1mm solid #999; white-space: pre-wrap; overflow-wrap: anywhere }
.sign { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 8mm; margin-top: 14mm; break-inside: avoid }
.sign span { border-top: 0.2mm solid #000; padding-top: 1mm; font-size: 9pt }
.signature { break-inside: avoid }
footer { margin-top: 8mm; padding-top: 2mm; border-top: 0.1mm solid #999; font-size: 8.5pt; color: #333 }
@media screen { body { padding: 10mm 6mm; max-width: 190mm } }
@media print { body { max-width: none; padding: 0 } }
`

/** A whole page that needs nothing else, and on which nothing can run even if something got in. */
export const page = (language: string, title: string, body: Markup): string =>
  html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light" />
        <title>${title}</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text
