"""Pieces of the page. Whatever is not Html is escaped, so nothing that a results file says can become
markup."""

import re
from html import escape


class Html(str):
    """Text that is markup already."""


GENERATOR = Html('<meta name="generator" content="kinlim report">')    # tells our pages from others


def safe(value):
    return value if isinstance(value, Html) else Html(escape(str(value)))


def html(form, *values, **named):
    """A format string of ours, filled with values that are escaped unless they are Html."""
    return Html(form.format(*map(safe, values), **{key: safe(value) for key, value in named.items()}))


def joined(pieces, between=""):
    return Html(safe(between).join(map(safe, pieces)))


def listed(words):
    """a, b and c"""
    words = [safe(word) for word in words]
    if len(words) < 2:
        return joined(words)
    return html("{} and {}", joined(words[:-1], ", "), words[-1])


def italic(name):
    return html("<i>{}</i>", name)


def code(name):
    return html("<code>{}</code>", name)


def without_empty(head, rows, numeric):
    """A table without the columns that say nothing."""
    keep = [i for i in range(len(head)) if not rows or any(values[i] != "–" for _, values in rows)]
    return ([head[i] for i in keep], [(kind, [values[i] for i in keep]) for kind, values in rows],
            [k for k, i in enumerate(keep) if i in numeric])


def table(head, rows, numeric=()):
    """rows: lists of cells, or (class, cells); a class is a word of ours."""
    def cells(tag, values):
        return joined(html('<{0}{1}>{2}</{0}>', Html(tag), Html(" class=n" if i in numeric else ""), value)
                      for i, value in enumerate(values))
    rows = [row if isinstance(row, tuple) else ("", row) for row in rows]
    head, rows, numeric = without_empty(head, rows, numeric)
    body = []
    for kind, values in rows:
        body.append(html("<tr{}>{}</tr>", html(' class="{}"', kind) if kind else "", cells("td", values)))
    return html('<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
                cells("th", head), joined(body))


def caption(words):
    return html('<p class="caption">{}</p>', words)


def dot(colour, label):
    return html('<span class="dot" style="background:{}"></span>{}', colour, label)


def good(words):
    return html('<p class="good"><b>A good result:</b> {}</p>', words) if words else Html("")


def figure(name, words, picture, data, table, wanted=""):
    """The figure whose files are NAME.svg and NAME.png. picture: its markup; data: what the script knows of
    it; table: the address of its table, empty if there is none; wanted: what a good result looks like."""
    save = html(', its numbers as <a href="{}" download="{}.csv">CSV</a>', table, name) if table else ""
    return html('<p class="caption">{0} <span class="quiet">Also as <a href="{1}.svg">SVG</a>, '
                '<a href="{1}.png">PNG</a>{2}.</span></p>{3}<figure id="{1}" data-marks="{4}">{5}</figure>',
                words, name, save, good(wanted), data, picture)


def plain(title):
    """Markup without its tags."""
    return re.sub(r"<[^>]*>", "", title)


def section(title, *parts, name="", folded=False):
    """A part of the page that can be folded; without a name it has one of the title's words."""
    name = name or "-".join(re.findall(r"[a-z0-9]+", plain(safe(title)).lower()))
    return html('<section id="section-{}"><details{}><summary><h2>{}</h2></summary>\n{}</details></section>', name,
                Html("" if folded else " open"), title, joined(parts, "\n"))


def contents(body):
    """Links to the sections of a page of ours."""
    found = re.findall(r'<section id="([a-z0-9-]+)">.*?<h2>(.*?)</h2>', body)
    return html('<nav aria-label="Contents">{}</nav>', joined((html(
        '<a href="#{}">{}</a>', name, Html(title.split(" at <i>")[0])) for name, title in found), " "))


def details(title, *parts):
    return html("<details><summary>{}</summary>\n{}</details>", title, joined(parts, "\n"))


def links(page):
    """What a page of ours points to."""
    return re.findall(r'(?:src|href)="([^"]*)"', page)
