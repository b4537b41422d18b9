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


def table(head, rows, numeric=()):
    """rows: lists of cells, or (class, cells); a class is a word of ours."""
    def cells(tag, values):
        return joined(html('<{0}{1}>{2}</{0}>', Html(tag), Html(" class=n" if i in numeric else ""), value)
                      for i, value in enumerate(values))
    body = []
    for row in rows:
        kind, values = row if isinstance(row, tuple) else ("", row)
        body.append(html("<tr{}>{}</tr>", html(' class="{}"', kind) if kind else "", cells("td", values)))
    return html('<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
                cells("th", head), joined(body))


def caption(words):
    return html('<p class="caption">{}</p>', words)


def dot(colour, label):
    return html('<span class="dot" style="background:{}"></span>{}', colour, label)


def figure(name, words, alternative):
    """The figure whose files are NAME.svg and NAME.png."""
    return html('<p class="caption">{0} <span class="quiet">Also as <a href="{1}.png">PNG</a>.</span></p>'
                '<figure><img src="{1}.svg" alt="{2}"></figure>', words, name, alternative)


def section(title, *parts):
    return html("<section><h2>{}</h2>\n{}</section>", title, joined(parts, "\n"))


def details(title, *parts):
    return html("<details><summary>{}</summary>\n{}</details>", title, joined(parts, "\n"))


def links(page):
    """What a page of ours points to."""
    return re.findall(r'(?:src|href)="([^"]*)"', page)
