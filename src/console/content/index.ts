/**
 * The pages of *Thư viện*, *Văn bản* and *Câu hỏi*: the same pages for three sections. What lets a text through, takes one
 * down or exports asks for a proof first.
 */
import { LIMITS } from '../../sheet/index.ts'
import type { Page } from '../page.ts'
import { decide, draftPage, drop, reviewPage, submit } from './draft.tsx'
import { entryPage, recheck, retire, retirePage, settle, take } from './entry.tsx'
import { listPage } from './list.tsx'
import { approveMany, reviewManyPage } from './review.tsx'
import { exportFile, exportPage, foundPage, importPage, lookAtFile, takeFile, template } from './sheets.tsx'
import { addChange, addNew, changeDraft, draftEditPage, editPage, newPage } from './write.tsx'

/** A file and the form around it. */
const FILE_MOST = LIMITS.bytes + 64 * 1024

export const content: readonly Page[] = [
  { method: 'get', path: '/content/:section', act: 'content.read', handle: listPage },
  { method: 'get', path: '/content/:section/new', act: 'content.write', handle: newPage },
  { method: 'post', path: '/content/:section/new', act: 'content.write', handle: addNew },
  { method: 'get', path: '/content/:section/review', act: 'content.review', strong: true, handle: reviewManyPage },
  { method: 'post', path: '/content/:section/review', act: 'content.review', strong: true, handle: approveMany },
  { method: 'get', path: '/content/:section/import', act: 'content.write', handle: importPage },
  { method: 'post', path: '/content/:section/import', act: 'content.write', most: FILE_MOST, handle: lookAtFile },
  { method: 'post', path: '/content/:section/template', act: 'content.write', handle: template },
  { method: 'get', path: '/content/:section/export', act: 'content.read', strong: true, handle: exportPage },
  { method: 'post', path: '/content/:section/export', act: 'content.read', strong: true, handle: exportFile },
  { method: 'get', path: '/content/:section/entry/:id', act: 'content.read', handle: entryPage },
  { method: 'get', path: '/content/:section/entry/:id/edit', act: 'content.write', handle: editPage },
  { method: 'post', path: '/content/:section/entry/:id/edit', act: 'content.write', handle: addChange },
  { method: 'post', path: '/content/:section/entry/:id/recheck', act: 'content.write', handle: recheck },
  { method: 'post', path: '/content/:section/entry/:id/take', act: 'content.write', handle: take },
  { method: 'post', path: '/content/:section/entry/:id/settle', act: 'content.review', handle: settle },
  { method: 'get', path: '/content/:section/entry/:id/retire', act: 'content.review', strong: true, handle: retirePage },
  { method: 'post', path: '/content/:section/entry/:id/retire', act: 'content.review', strong: true, handle: retire },
  { method: 'get', path: '/content/:section/draft/:id', act: 'content.read', handle: draftPage },
  { method: 'get', path: '/content/:section/draft/:id/edit', act: 'content.write', handle: draftEditPage },
  { method: 'post', path: '/content/:section/draft/:id/edit', act: 'content.write', handle: changeDraft },
  { method: 'post', path: '/content/:section/draft/:id/submit', act: 'content.write', handle: submit },
  { method: 'post', path: '/content/:section/draft/:id/drop', act: 'content.write', handle: drop },
  { method: 'get', path: '/content/:section/draft/:id/review', act: 'content.review', strong: true, handle: reviewPage },
  { method: 'post', path: '/content/:section/draft/:id/review', act: 'content.review', strong: true, handle: decide },
  { method: 'get', path: '/content/:section/import/:id', act: 'content.write', handle: foundPage },
  { method: 'post', path: '/content/:section/import/:id', act: 'content.write', handle: takeFile },
]
