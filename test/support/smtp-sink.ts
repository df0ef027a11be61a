import { EventEmitter, once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { TLSSocket } from 'node:tls'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body as they came, line ends `\n`. */
  readonly text: string
  /** Who logged in first; null: nobody. */
  readonly user: string | null
  readonly isEncrypted: boolean
}

/** What the server does with a mail: takes it, refuses it for now, or says nothing any more. */
export type SmtpMood = 'takes' | 'busy' | 'hangs'

interface Demands {
  /** Takes mail only after AUTH PLAIN with this. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Offers STARTTLS with this certificate, and no login before it. PEM. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** A mail server that keeps what it gets. On 127.0.0.1. */
export interface SmtpSink extends AsyncDisposable {
  readonly port: number
  readonly mails: readonly Mail[]
  /** How many clients ever connected. */
  readonly connections: number
  mood: SmtpMood
  /** The next mail; at once if there are more than that many already. */
  mailAfter(count: number): Promise<Mail>
}

export async function startSmtpSink(demands: Demands = {}): Promise<SmtpSink> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  const arrived = new EventEmitter()
  const state = { mood: 'takes' as SmtpMood, connections: 0 }

  const listener = createServer((socket) => {
    state.connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    const take = (mail: Mail): void => {
      mails.push(mail)
      arrived.emit('mail')
    }
    void serve(socket, { state, demands, take }).catch(() => undefined)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port.')
  return {
    port: address.port,
    mails,
    get connections() {
      return state.connections
    },
    get mood() {
      return state.mood
    },
    set mood(mood) {
      state.mood = mood
    },
    async mailAfter(count) {
      while (mails.length <= count) await once(arrived, 'mail')
      const mail = mails[count]
      if (mail === undefined) throw new Error('no mail')
      return mail
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

interface Serving {
  readonly state: { readonly mood: SmtpMood }
  readonly demands: Demands
  readonly take: (mail: Mail) => void
}

async function serve(socket: Socket, serving: Serving): Promise<void> {
  const { tls } = serving.demands
  const end = await converse(socket, serving, { isEncrypted: false })
  if (end !== 'starttls' || tls === undefined) return
  const secure = new TLSSocket(socket, { isServer: true, ...tls })
  secure.on('error', () => undefined)
  await converse(secure, serving, { isEncrypted: true })
}

async function converse(
  socket: Socket,
  { state, demands: { login, tls }, take }: Serving,
  { isEncrypted }: { readonly isEncrypted: boolean },
): Promise<'over' | 'starttls'> {
  const say = (line: string): void => void (state.mood === 'hangs' || socket.write(`${line}\r\n`))
  const mayLogIn = login !== undefined && (tls === undefined || isEncrypted)
  const offers = ['sink', ...(mayLogIn ? ['AUTH PLAIN'] : []), ...(tls && !isEncrypted ? ['STARTTLS'] : [])]
  let [from, user, isData] = ['', null as string | null, false]
  let [to, lines]: [string[], string[]] = [[], []]
  if (!isEncrypted) say('220 sink')
  for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
    if (isData && line !== '.') lines.push(line.replace(/^\.\./, '.'))
    else if (isData) {
      isData = false
      take({ from, to, text: lines.join('\n'), user, isEncrypted })
      ;[to, lines] = [[], []]
      say('250 taken')
    } else if (/^EHLO/i.test(line))
      say(offers.map((offer, at) => `250${at === offers.length - 1 ? ' ' : '-'}${offer}`).join('\r\n'))
    else if (/^STARTTLS/i.test(line)) {
      say('220 go on')
      return 'starttls'
    } else if (/^AUTH PLAIN /i.test(line)) {
      const [, name = '', password] = Buffer.from(line.slice(11), 'base64').toString().split('\0')
      const isRight = name === login?.user && password === login.password
      if (isRight) user = name
      say(isRight ? '235 welcome' : '535 5.7.8 wrong')
    } else if (/^MAIL FROM:/i.test(line)) {
      from = addressIn(line)
      if (login !== undefined && user === null) say('530 log in first')
      else say(state.mood === 'busy' ? '450 come again' : '250 ok')
    } else if (/^RCPT TO:/i.test(line)) {
      to.push(addressIn(line))
      say('250 ok')
    } else if (/^DATA/i.test(line)) {
      isData = true
      say('354 go on')
    } else if (/^QUIT/i.test(line)) {
      say('221 bye')
      socket.end()
    } else say('502 what')
  }
  return 'over'
}

const addressIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? ''
