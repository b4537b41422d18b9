"""Pieces of the page: tables, points, figures."""

from html import escape


def table(head, rows, numeric=()):
    """rows: lists of cells, or (class, cells)."""
    def cells(tag, values):
        return "".join(f'<{tag}{" class=n" if i in numeric else ""}>{value}</{tag}>'
                       for i, value in enumerate(values))
    body = []
    for row in rows:
        kind, values = row if isinstance(row, tuple) else ("", row)
        body.append(f'<tr{f" class={kind}" if kind else ""}>{cells("td", values)}</tr>')
    return (f'<div class="wide"><table><thead><tr>{cells("th", head)}</tr></thead>'
            f'<tbody>{"".join(body)}</tbody></table></div>')


def dotted(results, point, colour):
    return (f'<span class="dot" style="background:{colour[point]}"></span>'
            f'{escape(results.point_label(point))}')


def figure(name, words, alternative):
    return (f'<p class="caption">{words} <span class="quiet">Also as <a href="{name}.png">PNG</a>.'
            f'</span></p><figure><img src="{name}.svg" alt="{escape(alternative)}"></figure>')
