/**
 * Fields of a campaign's words: title, texts, label, picture, buttons, the decision that words about a business need (R5).
 */
import { dealKinds } from '../../../db/deals.ts'
import { Card } from '../kit/card.tsx'
import { Area, Check, type Choice, Field, Select } from '../kit/form.tsx'
import type { Typed, Visit, Wrong } from '../page.ts'
import { BUTTON_KINDS, BUTTON_ROWS, one, SOURCES, TEXT_MOST } from './form.ts'
import { numberIn } from './words.ts'

export type Filled = { visit: Visit; typed: Typed; wrong?: Wrong | undefined }

/** Items of the library that the words of a button's row may mean. */
export type FoundItems = Record<number, readonly Choice[]>

export function ContentFields(filled: Filled & { template: boolean; items: FoundItems }) {
  const { visit, typed, wrong, template, items } = filled
  const { t, locale } = visit
  const most = numberIn(TEXT_MOST, locale)
  return (
    <>
      <Card title={t('console_campaigns.part_words')}>
        <Field {...filled} name="title" label={t('console_campaigns.title')} hint={t('console_campaigns.title_hint')} needed />
        <Select
          {...filled}
          name="source"
          label={t('console_campaigns.source')}
          choices={SOURCES.map((value) => ({ value, label: t(`console_campaigns.source_${value}`) }))}
        />
        <div data-when="source=text">
          <Area {...filled} name="vi" label={t('console_campaigns.vi')} hint={t('console_campaigns.vi_hint', { most })} rows={7} />
          <details class="mb-3" open={one(typed, 'en') !== '' || wrong?.en !== undefined}>
            <summary>{t('console_campaigns.en_open')}</summary>
            <Area {...filled} name="en" label={t('console_campaigns.en')} hint={t('console_campaigns.en_hint', { most })} rows={5} />
          </details>
        </div>
        <Field {...filled} name="label" label={t('console_campaigns.label')} hint={t('console_campaigns.label_hint')} most={26} />
        <Picture {...filled} />
        {template ? (
          <Check name="zalo_template" label={t('console_campaigns.template')} hint={t('console_campaigns.template_hint')} typed={typed} />
        ) : null}
      </Card>
      <Card title={t('console_campaigns.part_buttons')}>
        <p class="form-hint">{t('console_campaigns.buttons_hint')}</p>
        {BUTTON_ROWS.map((row) => (
          <ButtonRow {...filled} row={row} items={items[row] ?? []} />
        ))}
      </Card>
      <Card title={t('console_campaigns.part_business')}>
        <Check name="business" label={t('console_campaigns.business')} hint={t('console_campaigns.business_hint')} typed={typed} />
        <div data-when="business=on">
          <Field {...filled} name="authority" label={t('console_campaigns.authority')} />
          <Field {...filled} name="number" label={t('console_campaigns.number')} />
          <Field {...filled} name="decided" label={t('console_campaigns.decided')} type="date" />
          <Field {...filled} name="decision_url" label={t('console_campaigns.decision_url')} type="url" placeholder="https://" />
        </div>
      </Card>
    </>
  )
}

function Picture(filled: Filled) {
  const { visit, typed } = filled
  const { t } = visit
  const image = one(typed, 'image')
  return (
    <>
      {/^\/media\/[a-z0-9]{16}\.(jpg|png)$/.test(image) ? (
        <div class="mb-2">
          <input type="hidden" name="image" value={image} />
          <img class="picture" src={image} alt={t('console_campaigns.picture_alt')} />
          <Check name="no_image" label={t('console_campaigns.picture_drop')} typed={typed} />
        </div>
      ) : null}
      <div class="mb-3">
        <label class="form-label" for="f-picture">
          {t(image === '' ? 'console_campaigns.picture' : 'console_campaigns.picture_other')}
        </label>
        <input
          class={`form-control${filled.wrong?.picture ? ' is-invalid' : ''}`}
          id="f-picture"
          type="file"
          name="picture"
          accept="image/jpeg,image/png"
          aria-describedby="f-picture-hint"
        />
        <p class="form-hint" id="f-picture-hint">
          {t('console_campaigns.picture_hint')}
        </p>
        {filled.wrong?.picture ? <p class="invalid-feedback d-block">{visit.say(filled.wrong.picture)}</p> : null}
      </div>
    </>
  )
}

function ButtonRow(filled: Filled & { row: number; items: readonly Choice[] }) {
  const { visit, typed, wrong, row, items } = filled
  const { t } = visit
  const kind = one(typed, `b${row}_kind`)
  // A place is written by another system; here it is kept as it is.
  const kinds = [...BUTTON_KINDS, ...(kind === 'place' ? (['place'] as const) : [])]
  const name = `b${row}`
  const isWrong = wrong !== undefined && Object.keys(wrong).some((field) => field.startsWith(`${name}_`))
  return (
    <details class="mb-2" open={kind !== '' || row === 1 || isWrong}>
      <summary>{t('console_campaigns.button_row', { n: row })}</summary>
      <div class="row g-2 mt-1">
        <div class="col-12 col-md-6">
          <Select
            {...filled}
            name={`${name}_kind`}
            label={t('console_campaigns.button_kind', { n: row })}
            none={t('console_campaigns.button_none')}
            choices={kinds.map((value) => ({ value, label: t(`console_campaigns.button_${value}`) }))}
          />
        </div>
        <div class="col-12 col-md-6" data-when={`${name}_kind=link,item,deal,place`}>
          <Field
            {...filled}
            name={`${name}_to`}
            label={t('console_campaigns.button_to', { n: row })}
            hint={t('console_campaigns.button_to_hint', { deals: dealKinds.join(', ') })}
          />
        </div>
        <div class="col-12" data-when={`${name}_kind=item`}>
          <div data-part={`${name}-items`} data-on={`${name}_to`}>
            {items.length > 0 ? (
              <Select
                {...filled}
                name={`${name}_item`}
                label={t('console_campaigns.button_items', { n: row })}
                none={t('console_campaigns.button_items_none')}
                choices={items}
              />
            ) : null}
          </div>
        </div>
        <div class="col-12 col-md-6" data-when={`${name}_kind=link,item,quiz,deal,place`}>
          <Field {...filled} name={`${name}_vi`} label={t('console_campaigns.button_vi', { n: row })} />
        </div>
        <div class="col-12 col-md-6" data-when={`${name}_kind=link,item,quiz,deal,place`}>
          <Field {...filled} name={`${name}_en`} label={t('console_campaigns.button_en', { n: row })} />
        </div>
      </div>
    </details>
  )
}
