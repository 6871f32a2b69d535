/**
 * Boxes a page is made of: a card with its heading, a badge, pairs of a label and a value, a bar.
 */
import type { Child } from 'hono/jsx'

/** @param id what a link on the same page jumps to */
export function Card({
  title,
  actions,
  children,
  plain,
  id,
}: {
  title?: string
  actions?: Child
  children?: Child
  plain?: boolean
  id?: string
}) {
  return (
    <section class="card mb-3" {...(id ? { id } : {})}>
      {title === undefined ? null : (
        <div class="card-header">
          <h2 class="card-title">{title}</h2>
          {actions ? <div class="card-actions">{actions}</div> : null}
        </div>
      )}
      {plain ? children : <div class="card-body">{children}</div>}
    </section>
  )
}

export type Tone = 'good' | 'bad' | 'waiting' | 'plain'

/** A state in a word; the word says all, the colour repeats it. */
export function Badge({ tone = 'plain', label }: { tone?: Tone; label: string }) {
  const look = { good: 'badge tone-good', bad: 'badge tone-bad', waiting: 'badge tone-waiting', plain: 'badge tone-plain' }
  return <span class={look[tone]}>{label}</span>
}

/** A label and its value, one under another on a phone. */
export function Pairs({ pairs }: { pairs: ReadonlyArray<readonly [label: string, value: Child]> }) {
  return (
    <dl class="row mb-0">
      {pairs.map(([label, value]) => (
        <>
          <dt class="col-sm-4">{label}</dt>
          <dd class="col-sm-8">{value}</dd>
        </>
      ))}
    </dl>
  )
}

/** How much of a whole: the numbers stand beside it. `live`: the name by which a script finds it. */
export function Bar({ label, value, most, live }: { label: string; value: number; most: number; live?: string }) {
  return <progress class="progress" value={value} max={Math.max(most, 1)} aria-label={label} {...(live ? { 'data-live': live } : {})} />
}
