// The loop that everybody writes first, in Node: fetch, feedsmith, better-sqlite3. Run by `ingest.py --peer node`.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { parseFeed } from 'feedsmith'

const home = process.argv[2]
const urls = JSON.parse(readFileSync(`${home}/urls.json`, 'utf8'))
const AT_ONCE = 16
const db = new Database(`${home}/node.db`)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = NORMAL')
db.exec('CREATE TABLE entries (feed, id, title, link, text, date, PRIMARY KEY (feed, id)) WITHOUT ROWID')
const put = db.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)')
const store = db.transaction((rows) => rows.forEach((row) => put.run(row)))
const etags = new Map()

const words = (text) => (typeof text === 'object' ? text?.value : text) ?? ''

function rowOf(url, { format, entry }) {
  const link = format === 'atom' ? entry.links?.[0]?.href : entry.link
  const texts = [entry.content?.encoded, format === 'atom' ? words(entry.content) : '', words(entry.description), words(entry.summary)]
  const text = texts.reduce((longest, one) => (one?.length > longest.length ? one : longest), '')
  const title = words(entry.title)
  const id = entry.guid?.value ?? entry.id ?? link ?? createHash('sha1').update(title + text).digest('hex')
  const date = entry.pubDate ?? entry.published ?? entry.updated ?? entry.dc?.dates?.[0] ?? null
  return [url, id, title, link ?? null, text, date]
}

function decoded(bytes) {
  const named = /^<\?xml[^>]*encoding=["']([^"']+)/.exec(bytes.subarray(0, 200).toString('latin1'))
  return new TextDecoder(named?.[1] ?? 'utf-8').decode(bytes)
}

async function poll(url) {
  const answer = await fetch(url, { headers: etags.has(url) ? { 'If-None-Match': etags.get(url) } : {} })
  const bytes = Buffer.from(await answer.arrayBuffer())
  if (answer.status === 304) return
  etags.set(url, answer.headers.get('etag'))
  try {
    const { format, feed } = parseFeed(decoded(bytes))
    store((feed.items ?? feed.entries ?? []).map((entry) => rowOf(url, { format, entry })))
  } catch {
    // a document that it cannot read is missing in the count of what was stored
  }
}

async function pass() {
  const left = urls.values() // shared: each of the runners takes the next one
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { for (const url of left) await poll(url) }))
}

console.log('ready')
for await (const _ of createInterface({ input: process.stdin })) {
  const begin = performance.now()
  await pass()
  console.log((performance.now() - begin) / 1000)
}
