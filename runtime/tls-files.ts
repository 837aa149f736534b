import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { TlsOptions } from './http-server.ts'
import type { ClientTls, ListenAddress } from './party-config.ts'

/** PEM texts with which a party calls another; see the HTTP client. */
export interface ClientTlsTexts {
  readonly authorities: string
  readonly key: string
  readonly cert: string
}

/** The server's key and certificate, and who signs its peers'; undefined for plain HTTP. */
export async function readServerTls(
  { tls }: ListenAddress,
  folder: string,
): Promise<TlsOptions | undefined> {
  if (tls === undefined) return undefined
  const [key, cert, peerAuthorities] = await texts(folder, [tls.key, tls.cert, tls.clientCa])
  return { key, cert, peerAuthorities }
}

/** The certificate that a party shows when it calls, and whose certificates it accepts. */
export async function readClientTls(
  tls: ClientTls | undefined,
  folder: string,
): Promise<ClientTlsTexts | undefined> {
  if (tls === undefined) return undefined
  const [key, cert, authorities] = await texts(folder, [tls.key, tls.cert, tls.ca])
  return { key, cert, authorities }
}

/** Where a configuration names the certificates towards each of those it calls. */
export interface TlsReferences {
  readonly authority: { readonly tls?: ClientTls }
  readonly gateway: { readonly tls?: ClientTls }
}

/** The PEM texts of both; a party without them speaks plain HTTP, which only this machine hears. */
export async function readPartyTls({ authority, gateway }: TlsReferences, folder: string) {
  const [towardsAuthority, towardsGateway] = await Promise.all([
    readClientTls(authority.tls, folder),
    readClientTls(gateway.tls, folder),
  ])
  return {
    ...(towardsAuthority && { authority: towardsAuthority }),
    ...(towardsGateway && { gateway: towardsGateway }),
  }
}

function texts(folder: string, [a, b, c]: readonly [string, string, string]) {
  const text = (file: string) => readFile(path.resolve(folder, file), 'utf8')
  return Promise.all([text(a), text(b), text(c)])
}
