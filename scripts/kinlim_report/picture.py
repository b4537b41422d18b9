"""A figure on the page: its picture as markup with what its marks say, its table, and its files."""

import base64
import os
import re

import matplotlib.pyplot as plt

import markup
import panels
from markup import Html, html
from marks import Reading, known_places


def inlined(svg, name, alternative):
    """The picture as markup of the page: without a size, and with names of its own."""
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg"):], flags=re.S)
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg, flags=re.S)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'xlink:href="#|url\(#', lambda match: match.group(0) + name + "-", svg)
    frame = re.search(r'viewBox="([^"]*)"', svg).group(1)
    head = html('<svg viewBox="{}" role="img" aria-label="{}">', frame, alternative)
    return Html(re.sub(r"\n\s*", "\n", head + svg[svg.index(">") + 1:]))


def data_link(table):
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(table.encode("utf-8", "replace")).decode()


def save(figure, path):
    figure.savefig(path + ".svg", dpi=200, metadata={"Date": None})
    figure.savefig(path + ".png", dpi=150, facecolor="white")
    plt.close(figure)


def shower(results, folder):
    """show(name, figure, words, alternative, good) for page.py: saves the figure's files into the folder
    and returns its place on the page; nothing where there is no figure. good: what a good result looks
    like."""
    known = known_places(results)

    def show(name, figure, words, alternative, good=""):
        if figure is None:
            return Html("")
        panels.finish(figure)
        reading = Reading(figure, *known)
        data = reading.data(reading.name_artists())
        save(figure, os.path.join(folder, name))
        with open(os.path.join(folder, name + ".svg"), encoding="utf-8") as file:
            picture = inlined(file.read(), name, f"{alternative}. {reading.words()}.")
        table = reading.csv()
        return markup.figure(name, words, picture, data, data_link(table) if table else "", good)
    return show
