"""The report's folder: index.html and a folder of figures beside it. The figures are made in a folder
of their own and the page is replaced in one step, so a reader finds the old report or the new one; the
figures of the page that was replaced go, and nothing else."""

import hashlib
import os
import re
import shutil
import tempfile

from markup import GENERATOR, links

PICTURE = re.compile(r"(figures-[0-9a-f]{12}/)?[A-Za-z0-9_.-]+\.(svg|png)")


class NotOurs(Exception):
    """The folder cannot take a report; the message says why."""


def is_ours(page):
    return GENERATOR in page or "· kinlim</title>" in page[:4096]


def old_page(folder):
    """The page that is there; empty if none."""
    path = os.path.join(folder, "index.html")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            page = file.read()
    except FileNotFoundError:
        return ""
    except IsADirectoryError:
        raise NotOurs(f"{path}: a folder in the place of the page") from None
    if not is_ours(page):
        raise NotOurs(f"{path}: not a report of kinlim; choose another folder")
    return page


def open_folder(folder):
    """Makes the folder; the page of the report that is there."""
    try:
        os.makedirs(folder, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise NotOurs(f"{folder}: not a folder") from None
    return old_page(folder)


def remove_old(folder, page, keep):
    """Removes the pictures that a replaced page of ours shows, and their folder if it is empty."""
    pictures = {name for name in links(page) if PICTURE.fullmatch(name)}
    for name in pictures:
        path = os.path.join(folder, name)
        if os.path.dirname(name) != keep and os.path.isfile(path) and not os.path.islink(path):
            os.unlink(path)
    for inner in {os.path.dirname(name) for name in pictures} - {"", keep}:
        try:
            os.rmdir(os.path.join(folder, inner))
        except OSError:
            pass    # gone, or something else is in it


def digest(page, pictures):
    """The same report has the same name for its figures."""
    value = hashlib.sha256(page.encode("utf-8", "replace"))
    for name in sorted(os.listdir(pictures)):
        with open(os.path.join(pictures, name), "rb") as file:
            value.update(name.encode() + file.read())
    return value.hexdigest()[:12]


def write(folder, make):
    """make(pictures) saves the figures into a folder and returns the page that names them as NAME.svg;
    returns the path of the page. NotOurs, OSError."""
    before = open_folder(folder)
    work = tempfile.mkdtemp(prefix=".report-", dir=folder)
    try:
        pictures = os.path.join(work, "figures")
        os.mkdir(pictures)
        page = make(pictures)
        inner = "figures-" + digest(page, pictures)
        page = re.sub(r'(src|href)="([A-Za-z0-9_-]+\.(?:svg|png))"', rf'\1="{inner}/\2"', page)
        place = os.path.join(folder, inner)
        if os.path.isdir(place):    # the same report
            shutil.copytree(pictures, place, dirs_exist_ok=True)
        else:
            os.rename(pictures, place)
        part = os.path.join(work, "index.html")
        with open(part, "w", encoding="utf-8", errors="replace") as file:
            file.write(page)
        path = os.path.join(folder, "index.html")
        os.replace(part, path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    remove_old(folder, before, inner)
    return path
