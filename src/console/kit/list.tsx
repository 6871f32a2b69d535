/**
 * Lists: a search and filters that stand in the address, rows as a table that becomes cards on a phone, the next page by
 * key, and what to do when there is nothing.
 */
import type { Child } from 'hono/jsx'
import type { Visit } from '../page.ts'
import { Icon } from './icon.tsx'
import type { IconName } from './icon-names.ts'

export type Column<T> = { label: string; cell(row: T): Child }

/** @param more the address of the next page, when there is one */
export function Table<T>({
  caption,
  columns,
  rows,
  more,
  visit,
}: {
  caption: string
  columns: ReadonlyArray<Column<T>>
  rows: readonly T[]
  more?: string | undefined
  visit: Pick<Visit, 't'>
}) {
  return (
    <>
      <div class="table-responsive">
        <table class="table table-vcenter row-cards card-table">
          <caption class="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ label }) => (
                <th scope="col">{label === '' ? <span class="visually-hidden">{visit.t('console.column_open')}</span> : label}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                {columns.map(({ label, cell }) => (
                  <td data-label={label}>{cell(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more ? (
        <p class="card-footer mb-0">
          <a class="btn btn-outline-secondary" href={more} rel="next">
            {visit.t('console.next_page')}
          </a>
        </p>
      ) : null}
    </>
  )
}

/** Fields whose values stand in the address; the form works by GET. */
export function Filters({ visit, action, children }: { visit: Pick<Visit, 't'>; action: string; children?: Child }) {
  return (
    <form method="get" action={`/console${action}`} class="card-body border-bottom filters">
      <div class="row g-2 align-items-end">
        {children}
        <div class="col-auto mb-3">
          <button type="submit" class="btn">
            <Icon name="search" />
            {visit.t('console.search')}
          </button>
        </div>
      </div>
    </form>
  )
}

/** Nothing to show: what this page is for and what to do next. */
export function Empty({
  title,
  text,
  icon = 'inbox',
  action,
}: {
  title: string
  text: string
  icon?: IconName
  action?: { href: string; label: string } | undefined
}) {
  return (
    <div class="empty">
      <div class="empty-icon">
        <Icon name={icon} />
      </div>
      <p class="empty-title">{title}</p>
      <p class="empty-subtitle text-secondary">{text}</p>
      {action ? (
        <div class="empty-action">
          <a class="btn btn-primary" href={action.href}>
            {action.label}
          </a>
        </div>
      ) : null}
    </div>
  )
}

/** The same address with other values of its query; an empty value leaves it out. A next page is begun anew unless it is set. */
export function addressWith(url: string, changes: Record<string, string>): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.delete('said')
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') searchParams.delete(name)
    else searchParams.set(name, value)
  }
  const query = searchParams.toString()
  return query === '' ? pathname : `${pathname}?${query}`
}
