"""How a page looks: dark on light, in grey as well as in colour, on paper and on a telephone."""

from __future__ import annotations

STYLE = """
:root { --ink: #1c2328; --soft: #56626b; --line: #d5dbdf; --paper: #ffffff; --ground: #f5f6f4; --raised: #96400f;
  --lowered: #1f5a87; --risk: #33475b; --note: #7a5b00; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.45; font-size: 15px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 26px 22px 60px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 21px; line-height: 1.25; margin: 0; }
h3 { font-size: 15px; margin: 22px 0 6px; }
p { margin: 0 0 10px; max-width: 78ch; }
.lead { font-size: 16px; color: var(--soft); }
.caution { border-left: 4px solid var(--note); background: #fbf6e6; padding: 8px 14px; margin: 10px 0;
  max-width: none; }
section .caution { background: none; padding: 1px 12px; font-size: 14px; }
.danger { border: 2px solid #7a1212; border-left-width: 8px; background: #fdf0ee; padding: 8px 14px; margin: 10px 0;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.danger p { max-width: none; margin: 0 0 6px; } .danger ul { margin: 4px 0 8px; padding-left: 1.2em; font-size: 14px; }
.danger .source { color: var(--soft); font-size: 13px; } .danger.none { border: 1px solid var(--line);
  border-left: 4px solid var(--soft); background: none; font-size: 14px; color: var(--soft); max-width: none; }
.danger details { margin: 4px 0; } .danger summary { color: var(--ink); }
.sign-of-danger { display: block; color: #7a1212; font-size: 13px; font-weight: 600; white-space: normal;
  max-width: 12em; }
nav ul { list-style: none; margin: 14px 0 16px; padding: 0; border-top: 1px solid var(--line); }
nav li { display: grid; grid-template-columns: minmax(20em, 0.9fr) 1.3fr 1.5fr; gap: 0 14px; padding: 4px 0;
  border-bottom: 1px solid var(--line); font-size: 14px; }
nav a, .people a { color: var(--lowered); text-underline-offset: 2px; }
nav a { font-weight: 600; }
nav span { color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 20px 22px;
  margin: 20px 0; }
.kicker { color: var(--soft); font-size: 13px; margin: 0 0 2px; }
dl.facts { display: grid; grid-template-columns: 6em 1fr; gap: 1px 12px; margin: 8px 0; font-size: 14px; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; max-width: 85ch; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; padding: 10px 0 4px; color: var(--soft); font-size: 13px; }
caption b { color: var(--ink); font-size: 15px; margin-right: 8px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; border-bottom: 2px solid var(--line);
  padding: 6px 10px 6px 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: 8px 10px 8px 0; vertical-align: top; }
.people td:first-child { font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.people .risk { width: 19%; min-width: 148px; }
.people .why { width: 28%; } .people .because { width: 54%; }
.people .gap { width: 17%; color: var(--soft); font-size: 13px; }
.risk b { font-size: 17px; font-variant-numeric: tabular-nums; }
.risk i { font-style: normal; color: var(--soft); font-size: 13px; margin-left: 6px; white-space: nowrap; }
.bar { position: relative; height: 9px; background: #e9edef; border: 1px solid #c4ccd2; margin-top: 5px; }
.bar span { position: absolute; left: 0; top: 0; bottom: 0; background: var(--risk); }
.bar em { position: absolute; top: -4px; bottom: -4px; width: 2px; margin-left: -1px; background: #000; }
ul.moved { list-style: none; margin: 0; padding: 0; }
ul.moved li { padding-left: 1.25em; text-indent: -1.25em; margin-bottom: 2px; }
ul.moved .times { white-space: nowrap; font-weight: 600; font-variant-numeric: tabular-nums; }
.up .sign, .up .times { color: var(--raised); }
.down .sign, .down .times { color: var(--lowered); }
.sign { display: inline-block; width: 1.25em; text-indent: 0; }
tr.break td { color: var(--soft); font-size: 13px; font-weight: 600; padding-top: 14px; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--lowered); font-weight: 600; }
.everyone { columns: 6 140px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 13px;
  font-variant-numeric: tabular-nums; }
.everyone li { break-inside: avoid; display: flex; justify-content: space-between; max-width: 190px;
  padding-right: 16px; }
.found { margin: 4px 0 0; padding-left: 1.2em; font-size: 14px; }
.found li { margin-bottom: 3px; max-width: 100ch; overflow-wrap: anywhere; }
.card { display: grid; grid-template-columns: 300px 1fr; gap: 8px 28px; align-items: start; }
.scroll, .wide { overflow-x: auto; background:
  linear-gradient(to right, var(--paper) 30%, transparent) 0 0 / 36px 100% no-repeat local,
  linear-gradient(to left, var(--paper) 30%, transparent) 100% 0 / 36px 100% no-repeat local,
  linear-gradient(to right, #0003, transparent) 0 0 / 12px 100% no-repeat scroll,
  linear-gradient(to left, #0003, transparent) 100% 0 / 12px 100% no-repeat scroll; }
.card table { font-size: 13px; }
.scroll + .small { margin-top: 8px; } .found + .small { margin-top: 10px; }
.people + p { margin-top: 12px; }
.card td, .card th { padding: 5px 12px 5px 0; }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
svg.calibration { max-width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--soft); font-family: inherit; }
svg .grid { stroke: #e7ebee; stroke-width: 1; }
svg .axis { stroke: #aab3b9; stroke-width: 1; }
svg .ideal { stroke: #7b868e; stroke-width: 1.2; stroke-dasharray: 5 4; }
svg .interval { stroke: var(--risk); stroke-width: 1.6; }
svg circle { fill: var(--risk); }
.small { font-size: 13px; color: var(--soft); }
footer { color: var(--soft); font-size: 13px; margin-top: 26px; }
@media screen and (max-width: 760px) {
  main { padding: 18px 12px 40px; } section { padding: 15px 13px; } h1 { font-size: 23px; }
  nav li { grid-template-columns: 1fr; padding: 7px 0; }
  dl.facts { grid-template-columns: 1fr; } dl.facts dd { margin-bottom: 5px; }
  .people thead { position: absolute; clip-path: inset(50%); }
  .people caption { display: block; } caption b { display: block; }
  .people, .people tbody, .people tr, .people td { display: block; width: auto !important; }
  .people tr { border: 1px solid var(--line); border-radius: 6px; padding: 7px 12px; margin: 9px 0; }
  .people tr.break { border: 0; padding: 0; margin: 12px 0 0; }
  .people td { border: 0; padding: 3px 0; }
  .people td[data-label]::before { content: attr(data-label); display: block; color: var(--soft); font-size: 12px;
    font-weight: 400; }
  .card { grid-template-columns: 1fr; }
}
@media print {
  @page { margin: 14mm; }
  body { background: #fff; font-size: 9.5pt; } main { max-width: none; padding: 0; }
  table, dl.facts, .found { font-size: 9pt; } .risk b { font-size: 12pt; }
  section { border: 0; border-top: 2px solid #000; border-radius: 0; padding: 10px 0; break-before: page; }
  section.reading, section:first-of-type { break-before: auto; }
  tr.break { break-after: avoid; } .card { grid-template-columns: 200px 1fr; }
  tr, li, .card { break-inside: avoid; } thead { display: table-header-group; }
  details:not([open]) { display: none; } .danger details { display: block; }
  .danger details::details-content { content-visibility: visible; } .danger details ul { columns: 3; }
  td .small, td small { font-size: inherit; } thead { break-after: avoid; }
  .bar, .bar span, .bar em, .caution { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""

NUMBERS_STYLE = """
.pictures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px 26px; margin-top: 10px; }
figure { margin: 0; break-inside: avoid; } figcaption { margin-top: 4px; }
svg.picture { max-width: 100%; height: auto; display: block; }
svg .curve { stroke: #1c2328; stroke-width: 2.2; } svg .band { fill: #c9d2d9; opacity: 0.75; }
svg .all { stroke: #96400f; stroke-width: 1.8; stroke-dasharray: 7 4; }
svg .nobody { stroke: #56626b; stroke-width: 1.2; stroke-dasharray: 2 3; }
svg .with { fill: #33475b; } svg .without { fill: #dfe5e9; stroke: #66737d; stroke-width: 1; }
svg .label { font-size: 12px; fill: var(--ink); paint-order: stroke; stroke: #fff; stroke-width: 3px; }
svg .dot { fill: var(--risk); }
table.numbers { width: auto; margin-bottom: 4px; }
table.numbers th, table.numbers td { padding: 4px 18px 4px 0; }
table.numbers td.right, table.numbers th.right { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
table.numbers tr.group td { font-weight: 600; padding-top: 12px; border-bottom: 2px solid var(--line); }
table.numbers td.cell { padding: 0 18px 0 0; vertical-align: middle; } svg.cell { display: block; }
table.numbers td { vertical-align: middle; } table.numbers td.sub { padding-left: 1.4em; min-width: 12em; }
h2 + p, h2 + .pictures { margin-top: 6px; }
table.numbers a { color: var(--lowered); text-underline-offset: 2px; }
td.none { color: var(--soft); font-style: italic; }
section.checklist table { width: 100%; }
@media screen and (max-width: 760px) { .pictures { grid-template-columns: 1fr; }
  table.numbers td:last-child:not(.right):not(.cell):not([colspan]) { min-width: 15em; } }
@media print {
  .pictures { grid-template-columns: 1fr 1fr; } section, section:first-of-type { break-before: auto; }
  table.numbers, table.numbers th { font-size: 8pt; } svg.cell { width: 58px; height: auto; }
  table.numbers th, table.numbers td, table.numbers td.cell { padding: 2px 6px 2px 0; }
  table.numbers td.sub { padding-left: 1em; min-width: 7em; }
  h2, h3, caption { break-after: avoid; } .band, .with, .without { print-color-adjust: exact; }
  section.checklist { break-before: page; } .wide { overflow: visible; }
}
"""
"""For tables of numbers and pictures."""
