/** The page's few drawings, inline so that nothing is fetched. Silent for screen readers: the button says its name. */

const paths = {
  mark: 'M6 3h12a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-5l-5 4v-4H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3Zm2.6 6.9 2.4 2.4 4.6-4.7',
  photo:
    'M4 8a2 2 0 0 1 2-2h2l1.5-2h5L16 6h2a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2ZM12 9.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6Z',
  place: 'M12 21s7-6.2 7-11.5a7 7 0 1 0-14 0C5 14.8 12 21 12 21Zm0-14a2.6 2.6 0 1 0 0 5.2A2.6 2.6 0 0 0 12 7Z',
  send: 'M4 12 20 4l-5.5 16-3-6.5Zm7.5 1.5L20 4',
  down: 'M12 5v14m-6-6 6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
}

export function Icon({ name, class: kind = 'icon' }: { name: keyof typeof paths; class?: string }) {
  return (
    <svg class={kind} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}
