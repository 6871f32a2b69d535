/**
 * Operator commands: `npm run admin -- <command>`.
 */
import { openGround } from './node-ground.ts'

await openGround(process.env)
