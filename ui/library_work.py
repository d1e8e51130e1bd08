"""What the library does to the index, as work for ``ui.jobs``: reads files and pages, deletes articles."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.fetch import fetch
from corpus.load import find, printable
from rag import catalogue
from rag.index import Index
from rag.safe import shorten
from ui.jobs import Job, Line
from ui.uploads import Uploads

Work = Callable[[Job], None]
FEED_PAGES = 20  # that an address of a feed or sitemap may bring at once; more are a task for 'belegt fetch'
PLACES = (":", "!", "#")  # what follows a file's path where a place in it is named
_WEB = "web"  # folder of fetched pages among the uploads


def read_files(index: Index, uploads: Uploads, paths: Sequence[Path], language: str) -> Work:
    """Reads files into the index; a line a file or, where one holds several articles, an article. Reasons in ``language``."""

    def work(job: Job) -> None:
        job.stage = "reading"
        files = {file.key: file.path for file in find(paths)}
        job.total = sum(file.records for file in find(paths))
        since = catalogue.latest_row(index.store)
        job.count = lambda: catalogue.latest_row(index.store) - since
        report = job.patiently(lambda: index.ingest(paths, language, progress=False))
        taken = catalogue.taken_in(index.store, list(files), since)
        for key, path in files.items():
            place = printable(path)
            of_file = [one for one in taken if one.file == key]
            for outcome, noted in (("failed", report.failed), ("warning", report.warnings)):
                job.lines += [
                    Line(outcome, path.name + item["path"].removeprefix(place), item["reason"])
                    for item in noted
                    if item["path"].removeprefix(place)[:1] in ("", *PLACES) and item["path"].startswith(place)
                ]
            job.lines += [Line(one.outcome, one.entry.title or path.name, "", one.entry.id) for one in of_file]
            if not of_file:
                uploads.remove(key)  # nothing depends on it

    return work


def read_page(index: Index, uploads: Uploads, url: str, language: str) -> Work:
    """Fetches a page, or the first pages of a feed or sitemap, and reads them into the index."""

    def work(job: Job) -> None:
        job.stage = "fetching"
        web = uploads.folder / _WEB
        web.mkdir(parents=True, exist_ok=True)
        got: list[Path] = []
        # Beside the others first: a page that is asked for again is fetched again, and kept only if that went well.
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=uploads.folder) as folder:
            for item in fetch([url], Path(folder), limit=FEED_PAGES):
                job.done, job.total = job.done + 1, job.done + 1 + item.left
                if item.status == "failed" and item.error:
                    job.lines.append(Line("failed", shorten(item.url, 120), item.error.reason(language)))
                if item.path:
                    for path in Path(folder).glob(f"{item.path.stem}.*"):
                        shutil.move(path, web / path.name)
                    got.append(web / item.path.name)
                job.check()
        job.done = job.total = 0
        if got:
            read_files(index, uploads, got, language)(job)

    return work


def delete(index: Index, uploads: Uploads, article_id: str) -> Work:
    """Deletes an article in all versions, and the uploaded file that held it alone."""

    def work(job: Job) -> None:
        job.stage = "deleting"
        known = [index.store.known(each) for each in index.store.versions(article_id)]
        files = {one.file for one in known if one and one.file}
        job.patiently(lambda: index.delete([article_id]))
        job.lines.append(Line("deleted", job.names[0]))
        held = {file for _, file, _ in index.store.filed()}
        for file in sorted(files - held):
            if not uploads.remove(file) and Path(file).exists():
                job.lines.append(Line("stays", file))
        job.lines += [Line("shared", file) for file in sorted(files & held)]

    return work
