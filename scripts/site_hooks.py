"""What MkDocs does besides building docs/: it takes in the pages outside it, and checks the site that was built.

The site has the folders of the repository, so that a relative link works in both. A link to a file that is not in the
site (source code, a notebook) becomes its text.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE_DOCS = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "data/sample/README.md",
    "models/*/card.md",
)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!\w+:)([^)\s#]+)(#[^)\s]*)?\)")
ASSET = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=\"?(?:https?:)?//[^>]*>")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of docs/ under docs/, as in the repository, and the pages outside it."""
    theme = [file for file in files if file.src_dir != config.docs_dir]
    names = [f"docs/{file.src_uri}" for file in files if file.src_dir == config.docs_dir]
    names += [path.relative_to(ROOT).as_posix() for pattern in OUTSIDE_DOCS for path in sorted(ROOT.glob(pattern))]
    pages = [File(name, str(ROOT), config.site_dir, config.use_directory_urls) for name in names]
    return Files([*pages, *theme])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page without links to files that are in the repository but not in the site."""
    folder = (ROOT / page.file.src_uri).parent

    def without_link(match: re.Match[str]) -> str:
        target = (folder / match[2]).resolve()
        in_site = target.is_relative_to(ROOT) and files.get_file_from_path(target.relative_to(ROOT).as_posix())
        return match[1] if target.exists() and not in_site else match[0]

    return LINK.sub(without_link, markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Fail where a public name is on no API page, or where a page would fetch something from a network."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from make_api_pages import list_public_names

    site = Path(config.site_dir)
    api = "".join(path.read_text(encoding="utf-8") for path in (site / "docs" / "api").rglob("*.html"))
    absent = sorted(name for name in list_public_names() if f'id="{name}"' not in api)
    if absent:
        raise PluginError(f"{len(absent)} public names are on no API page: {', '.join(absent)}")
    remote = {found for path in site.rglob("*.html") for found in ASSET.findall(path.read_text(encoding="utf-8"))}
    remote = {tag for tag in remote if 'rel="canonical"' not in tag}
    if remote:
        raise PluginError(f"The site would fetch from a network: {sorted(remote)[:3]}")
