/** Light or dark as the system has it, unless the officer chose. */
export function theme(): void {
  const root = document.documentElement
  if (root.dataset.chosen === 'yes') return
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const follow = () => root.setAttribute('data-bs-theme', dark.matches ? 'dark' : 'light')
  dark.addEventListener('change', follow)
  follow()
}
