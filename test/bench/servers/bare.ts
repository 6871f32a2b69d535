/**
 * The peer without a database: grammY behind Hono, answering each update in the webhook's own response, which is the
 * cheapest answer there is.
 */
import { ANSWER, serveBot } from './adapter.ts'

serveBot((context) => context.reply(ANSWER))
