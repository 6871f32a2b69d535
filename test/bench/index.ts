/**
 * `npm run bench`: every figure as a ratio to a named peer measured in turns in the same run, one JSON line each at the
 * end. Never part of `npm test`: a timed test tells more about the machine than about the product.
 */
import { spawnSync } from 'node:child_process'
import { audienceFigures } from './audience.ts'
import { bundleFigure } from './bundle.ts'
import { consoleFigures } from './console.ts'
import { drainFigures } from './drain.ts'
import { killpointFigures } from './killpoints.ts'
import { replyFigure } from './replies.ts'
import { webhookFigures } from './webhook.ts'

// The load runs on one core, the servers on the other.
spawnSync('taskset', ['-acp', '1', String(process.pid)])

const say = (line: string) => console.error(line)
const figures = [
  await bundleFigure(),
  ...(await webhookFigures(say)),
  ...(await drainFigures(say)),
  ...(await audienceFigures(say)),
  await replyFigure(say),
  ...(await killpointFigures(say)),
  ...(await consoleFigures(say)),
]
for (const one of figures) console.log(JSON.stringify(one))
process.exit(0)
