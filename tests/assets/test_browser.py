"""The Dagster pages in a real browser, as a planner meets them."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from assets.running import Outcome, run_forecast
from sufficiency.workspace import Workspace, open_workspace

pytestmark = pytest.mark.slow

SERVER_SECONDS = 90
PAGE_MS = 60_000
RUN_MS = 180_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def served(workspace: Workspace, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "assets.cli", "ui", str(workspace.root), "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(url: str) -> None:
    until = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"the web server did not answer within {SERVER_SECONDS} seconds")


@pytest.fixture(scope="module")
def workspace(
    finished: tuple[Workspace, Outcome], tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    """A demo that has run, then met a bad register, so that one check has failed."""
    folder = tmp_path_factory.mktemp("ui") / "westmere"
    made = open_workspace(Path(shutil.copytree(finished[0].root, folder)))
    config = folder / "sufficiency.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("years = 10", "years = 3").replace("paths = 200", "paths = 15"),
        encoding="utf-8",
    )
    good = made.register_csv.read_bytes()
    made.register_csv.write_bytes(good.replace(b",special,", b",specail,"))
    assert run_forecast(made, {"years": 1, "paths": 10}).blocked is not None
    made.register_csv.write_bytes(good)
    return made


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> Iterator[str]:
    port = free_port()
    server = served(workspace, port)
    try:
        wait_for(f"http://127.0.0.1:{port}/server_info")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.fixture(scope="module")
def page(address: str, chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        opened = browser.new_page(viewport={"width": 1400, "height": 1000}, base_url=address)
        opened.set_default_timeout(PAGE_MS)
        yield opened
        browser.close()


def test_the_asset_graph_shows_the_story_from_inputs_to_publication(page: Page) -> None:
    page.goto("/asset-groups")
    for group in ("inputs", "quality", "demand", "supply", "gaps", "publication"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()


def test_the_gap_page_shows_its_table_at_once_and_chart_and_map_at_a_click(page: Page) -> None:
    page.goto("/assets/gap?view=events")
    expect(page.get_by_role("cell", name="first year").first).to_be_visible()
    expect(page.locator("img[alt^='Residents in special schools']").first).to_be_visible()
    for row, alt in (("chart", "Special school"), ("map_of_change", "plans")):
        page.locator("tr", has_text=row).get_by_text("[Show Markdown]").first.click()
        picture = page.get_by_role("dialog").locator("img")
        expect(picture).to_be_visible()
        assert alt.lower() in (picture.get_attribute("alt") or "").lower()
        assert picture.evaluate("image => image.naturalWidth") > 300
        page.keyboard.press("Escape")
        expect(picture).to_have_count(0)


def test_a_failed_check_tells_what_to_do(page: Page) -> None:
    page.goto("/assets/findings?view=checks")
    page.get_by_text("nothing_blocks").first.click()
    problem = page.locator("tr", has_text="first_problem").first
    expect(problem).to_contain_text("places.csv")
    expect(problem).to_contain_text("specail")
    expect(problem).to_contain_text("Use one of")


def test_a_planner_launches_a_forecast_and_sees_it_succeed(page: Page) -> None:
    page.goto("/locations/sufficiency/jobs/forecast_places/playground")
    editor = page.locator(".CodeMirror-code").first
    for field in ("scenario: unmitigated", "years: 3", "paths: 15", "seed:"):
        expect(editor).to_contain_text(field)
    page.get_by_role("button", name="Launch Run").click()
    page.wait_for_url("**/runs/**")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=RUN_MS)
