/**
 * The look of public pages that stand for themselves: no script, nothing from elsewhere, light and dark, from 320 pixels
 * on, and black on white on paper.
 */
export const STYLE = `:root { color-scheme: light dark; --ink: #1c1917; --ground: #fff; --soft: #57534e; --line: #a8a29e; --deep: #a3211a; --good: #166534 }
@media (prefers-color-scheme: dark) { :root { --ink: #f5f5f4; --ground: #1c1917; --soft: #d6d3d1; --line: #78716c; --deep: #ffa79e; --good: #86efac } }
* { box-sizing: border-box }
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif }
main { max-width: 34rem; margin: 1rem auto; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem }
p { margin: 0 0 1rem }
.by, .hint { color: var(--soft) }
.hint { display: block; font-size: .9375rem; font-weight: 400 }
label { display: block; font-weight: 600; margin: 0 0 1rem }
input { display: block; width: 100%; margin-top: .25rem; padding: .625rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--ground); color: var(--ink); font: inherit; font-weight: 400; text-transform: uppercase }
button { width: 100%; padding: .75rem 1rem; border: 0; border-radius: .5rem; background: var(--deep); color: var(--ground); font: inherit; font-weight: 600; cursor: pointer }
:focus-visible { outline: 3px solid var(--deep); outline-offset: 2px }
a { color: var(--deep) }
.answer { border: 2px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 0 0 1.5rem; font-size: 1.1875rem }
.answer p:last-child { margin: 0 }
.yes { border-color: var(--good) }
dl { margin: 0 0 1rem }
dt { color: var(--soft) }
dd { margin: 0 0 .75rem; font-weight: 600 }
img { display: block; margin: 0 0 1rem; width: 10rem; height: 10rem; background: #fff }
@media print { :root { --ink: #000; --ground: #fff; --soft: #000; --line: #000; --deep: #000; --good: #000 } form, .screen { display: none } }
`
