"""What a page says to a reader, and which of its terms it does not explain."""

from __future__ import annotations

from playwright.sync_api import Page

from surgecore.words import glossary

#: What a page says in sentences, labels and tables, with what is told about a label as a whole; and the terms that it
#: explains. Links, buttons, code, drawings and titles that are names of sweeps stay as they are, and so does the
#: glossary itself.
SAID = """() => {
  const said = [], explained = [];
  const quiet = `a, button, summary, svg, code, pre, select, option, input, textarea, script, style, .katex, .term,
    .term-note, .live, [role=tab], [role=slider], [role=combobox], [role=radiogroup], [data-about],
    [data-testid=stHeading],
    [data-testid=stWidgetLabel]:has([data-testid=stTooltipIcon])`;
  const visit = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) visit(e.shadowRoot);
      if (e.matches(".term")) explained.push(e.dataset.about);
      if (e.closest(quiet) || !e.checkVisibility({ visibilityProperty: true })) continue;
      for (const n of e.childNodes) if (n.nodeType === 3 && n.textContent.trim()) said.push(n.textContent.trim());
    }
  };
  visit(document);
  return [said, explained];
}"""


def unexplained(page: Page) -> list[tuple[str, str]]:
    """Terms of the glossary that a page uses in a sentence or label without explaining them anywhere."""
    page.wait_for_function(f"() => ({SAID})()[0].length > 1")
    said, explained = page.evaluate(SAID)
    found = [(term.name, text) for text in said for _, term in glossary.split(text) if term]
    about = {term.name: term.about for term in glossary.terms()}
    return [(name, text) for name, text in found if about[name] not in explained]
