import { EventEmitter, once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body as they came, line ends `\n`. */
  readonly text: string
  /** Who logged in first; null: nobody. */
  readonly user: string | null
}

/** What the server does with a mail: takes it, refuses it for now, or says nothing any more. */
export type SmtpMood = 'takes' | 'busy' | 'hangs'

/** A mail server that keeps what it gets. On 127.0.0.1, without encryption. */
export interface SmtpSink extends AsyncDisposable {
  readonly port: number
  readonly mails: readonly Mail[]
  /** How many clients ever connected. */
  readonly connections: number
  mood: SmtpMood
  /** The next mail; at once if there are more than that many already. */
  mailAfter(count: number): Promise<Mail>
}

/** With `login` it takes mail only after AUTH PLAIN with it. */
export async function startSmtpSink(login?: {
  readonly user: string
  readonly password: string
}): Promise<SmtpSink> {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  const arrived = new EventEmitter()
  const state = { mood: 'takes' as SmtpMood, connections: 0 }

  const listener = createServer((socket) => {
    state.connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    void converse(socket, state, login, (mail) => {
      mails.push(mail)
      arrived.emit('mail')
    }).catch(() => undefined)
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

async function converse(
  socket: Socket,
  state: { readonly mood: SmtpMood },
  login: { readonly user: string; readonly password: string } | undefined,
  take: (mail: Mail) => void,
): Promise<void> {
  const say = (line: string): void => void (state.mood === 'hangs' || socket.write(`${line}\r\n`))
  let [from, user, isData] = ['', null as string | null, false]
  let [to, lines]: [string[], string[]] = [[], []]
  say('220 sink')
  for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
    if (isData && line !== '.') lines.push(line.replace(/^\.\./, '.'))
    else if (isData) {
      isData = false
      take({ from, to, text: lines.join('\n'), user })
      ;[to, lines] = [[], []]
      say('250 taken')
    } else if (/^EHLO/i.test(line)) say(login === undefined ? '250 sink' : '250-sink\r\n250 AUTH PLAIN')
    else if (/^AUTH PLAIN /i.test(line)) {
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
}

const addressIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? ''
