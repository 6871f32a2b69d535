/**
 * What an officer sees instead of a page that was refused: the sentence, and a way back.
 */
import type { Visit } from './page.ts'

/** @param next what can be done about it */
export function Refused({ visit, text, next }: { visit: Visit; text: string; next?: string | undefined }) {
  return (
    <div class="empty">
      <p class="empty-title">{text}</p>
      {next ? <p class="empty-subtitle text-secondary">{next}</p> : null}
      <div class="empty-action">
        <a class="btn btn-primary" href="/console">
          {visit.t('console.to_first')}
        </a>
      </div>
    </div>
  )
}
