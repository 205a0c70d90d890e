"""The landing page: what somebody sees who opens the address of the server in a browser."""

from __future__ import annotations

# Nothing is loaded from anywhere: one page, drawn by hand.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_PLAIN = "<code>{address}</code>"
_LINKED = '<a href="{address}"><code>{address}</code></a>'

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vetdesk</title>
<style>
  :root { color-scheme: light dark; --ink: #22333b; --soft: #5e7680; --leaf: #2a9d8f; --warm: #e9a15b; --paper: #f7f5f0; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8eeee; --soft: #9fb3b8; --leaf: #5fc4b7; --warm: #f0b678; --paper: #162025; }
  }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
         font: 1.05rem/1.55 system-ui, sans-serif; }
  main { max-width: 34rem; padding: 2rem; }
  svg { width: 100%; height: auto; display: block; }
  h1 { font-size: 2.2rem; margin: 1.2rem 0 .2rem; }
  p { color: var(--soft); margin: .3rem 0 1.4rem; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .5rem 1.2rem; margin: 0; }
  dt { color: var(--soft); } dd { margin: 0; } a { color: var(--leaf); }
  code { font: .95em ui-monospace, monospace; }
</style>
</head>
<body>
<main>
<svg viewBox="0 0 520 190" role="img" aria-label="A dog and a cat wait side by side on a bench">
  <g fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round">
    <path stroke="var(--soft)" d="M40 160H480M80 160v22M440 160v22"/>
    <g stroke="var(--warm)">
      <path d="M150 158c-6-30 2-54 22-66 4-26 20-40 42-40s38 14 40 38c2 14-6 24-20 26 12 12 16 26 16 42"/>
      <path d="M176 60c-16-6-26 4-24 30 8 6 16 6 22 2M196 158v-26M226 158v-22M150 158c-22 4-34-8-30-28"/>
      <path d="M254 80c10-2 14 6 8 14-6 6-14 6-20 4"/>
    </g>
    <circle cx="218" cy="76" r="3.5" fill="currentColor" stroke="none"/>
    <g stroke="var(--leaf)">
      <path d="M312 158c-8-24-4-46 12-58-6-12-6-24-4-38l18 12c8-2 18-2 26 0l18-12c2 14 2 26-4 38 16 12 20 34 12 58"/>
      <path d="M334 158v-20M368 158v-20M390 158c26 2 42-12 40-34-2-14-16-14-18-2"/>
      <path d="M345 100l6 5 6-5M312 96l20 4M312 108l20-2M390 96l-20 4M390 108l-20-2"/>
    </g>
    <g fill="currentColor" stroke="none"><circle cx="338" cy="90" r="3.5"/><circle cx="364" cy="90" r="3.5"/></g>
  </g>
</svg>
<h1>Vetdesk</h1>
<p>The practice is open. Apps come in by one of two doors and speak GraphQL.</p>
<dl>
  <dt>Staff</dt><dd>{staff}</dd>
  <dt>Pet owners</dt><dd>{owner}</dd>
  <dt>Signing keys</dt><dd><a href="/.well-known/jwks.json"><code>/.well-known/jwks.json</code></a></dd>
  <dt>Ready?</dt><dd><a href="/readyz"><code>/readyz</code></a></dd>
</dl>
</main>
</body>
</html>
"""


def page(*, development: bool) -> str:
    """The page; on a developer's machine the doors are links to GraphiQL."""
    shown = _LINKED if development else _PLAIN
    html = _PAGE
    for door in ("staff", "owner"):
        html = html.replace("{" + door + "}", shown.format(address=f"/{door}/graphql"))
    return html
