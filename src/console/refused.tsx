/**
 * What an officer sees instead of a page that was refused: the sentence, and a way back.
 */
import type { Visit } from './page.ts'

export function Refused({ visit, text }: { visit: Visit; text: string }) {
  return (
    <div class="empty">
      <p class="empty-title">{text}</p>
      <div class="empty-action">
        <a class="btn btn-primary" href="/console">
          {visit.t('console.to_first')}
        </a>
      </div>
    </div>
  )
}
