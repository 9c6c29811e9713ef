"""Model, Tune and About in a real browser: reading, changing, downloading, uploading, undoing."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from hamknee.network.priors import Priors, digest
from tests.support.browser import Served, visiting
from tests.support.on_page import complete, violations

POP = "/tune?variable=pop&given=condition%3Drupture%3Bonset%3Dsudden&state=yes"
GIVEN = {"condition": "rupture", "onset": "sudden"}


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("[data-test-script-state='notRunning'] .st-key-footer")


def is_yes(page: Page, percents: str) -> None:
    expect(page.get_by_label("Yes (this number)", exact=True)).to_have_value(percents)


def test_a_variable_is_chosen_in_the_picture_and_leads_to_its_change(
    running: Served, browser: Browser
) -> None:
    with visiting(browser) as watched:
        page = watched.page
        opened(page, f"{running.address}/model")
        page.locator(".st-key-network svg text", has_text="Pop at the start").click()
        page.wait_for_url("**/model?variable=pop")
        expect(page.locator("table.rows tbody tr")).to_have_count(100)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the numbers").click()
        data = download.value.path().read_bytes()
        assert digest(data)[:12] in page.locator(".st-key-footer").inner_text()
        page.get_by_role("link", name="Change these numbers").click()
        page.wait_for_url("**/tune?variable=pop")
        expect(page.get_by_role("heading", name="Tune the numbers")).to_be_visible()
        assert watched.requests_elsewhere == []


def test_a_change_is_mine_alone_follows_me_and_comes_back_as_a_file(
    running: Served, browser: Browser, priors: Priors, tmp_path: Path
) -> None:
    with visiting(browser) as watched, visiting(browser) as other:
        page = watched.page
        theirs = other.page
        opened(page, running.address + POP)
        opened(theirs, running.address + POP)
        is_yes(page, "70.7")
        is_yes(theirs, "70.7")
        field = page.get_by_label("Yes (this number)", exact=True)
        field.fill("80")
        field.press("Enter")
        changed = priors.set("pop", "yes", given=GIVEN, probability=0.8)
        expect(page.locator(".st-key-edited")).to_contain_text(changed.sha256[:12])
        expect(page.get_by_label("No", exact=True)).to_have_value("20")

        theirs.reload()
        complete(theirs)
        is_yes(theirs, "70.7")
        assert theirs.locator(".st-key-edited").count() == 0

        page.get_by_role("link", name="Diagnose").first.click()
        expect(page.locator(".st-key-footer")).to_contain_text("edited in this session")
        page.get_by_role("link", name="See or undo the changes").click()
        expect(page.get_by_role("button", name="Undo all")).to_be_enabled()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download priors.csv").click()
        own = tmp_path / "own.csv"
        own.write_bytes(download.value.path().read_bytes())
        assert own.read_text("utf-8") == changed.to_csv()
        page.get_by_role("button", name="Undo all").click()
        expect(page.locator(".st-key-edited")).to_have_count(0)

        theirs.locator("input[type=file]").set_input_files(own)
        expect(theirs.locator(".st-key-edited")).to_contain_text(changed.sha256[:12])
        is_yes(theirs, "80")
        assert page.locator(".st-key-edited").count() == 0


def test_files_that_are_none_are_refused(running: Served, browser: Browser, tmp_path: Path) -> None:
    binary, huge = tmp_path / "binary.csv", tmp_path / "huge.csv"
    binary.write_bytes(bytes(range(256)) * 100)
    with huge.open("wb") as file:
        file.truncate(200 * 2**20)
    with visiting(browser) as watched:
        page = watched.page
        opened(page, running.address + POP)
        page.locator("input[type=file]").set_input_files(binary)
        expect(page.get_by_text("binary.csv cannot be used")).to_be_visible()
        page.locator("input[type=file]").set_input_files(huge)
        expect(page.get_by_text("File must be 2.0MB or smaller.")).to_be_visible()
        assert page.locator(".st-key-edited").count() == 0
        is_yes(page, "70.7")
    assert "Traceback" not in running.log.read_text("utf-8")


def test_the_keyboard_is_enough(running: Served, browser: Browser) -> None:
    with visiting(browser) as watched:
        page = watched.page
        opened(page, running.address + POP)
        page.get_by_label("Yes (this number)", exact=True).focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(page.locator(".st-key-edited")).to_be_visible()
        undo = page.get_by_role("button", name="Undo", exact=True)
        undo.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".st-key-edited")).to_have_count(0)


def test_a_variable_of_the_list_is_opened_and_the_focus_is_not_lost(
    running: Served, browser: Browser
) -> None:
    with visiting(browser) as watched:
        page = watched.page
        opened(page, f"{running.address}/model")
        page.get_by_role("button", name="Pop at the start 126 numbers").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/model?variable=pop")
        expect(page.locator(".st-key-numbers [role=status]")).to_be_focused()
        expect(page.locator("table.rows tbody tr")).to_have_count(100)


def test_on_a_telephone_the_picture_is_first_until_a_variable_is_chosen(
    running: Served, browser: Browser
) -> None:
    order = """() => ["network", "numbers"].map(
        (part) => document.querySelector(`.st-key-${part}`).getBoundingClientRect().y
    )"""
    with visiting(browser, 390, 844) as watched:
        page = watched.page
        opened(page, f"{running.address}/model")
        complete(page)
        picture, numbers = page.evaluate(order)
        assert picture < numbers
        opened(page, f"{running.address}/model?variable=pop")
        complete(page)
        picture, numbers = page.evaluate(order)
        assert numbers < picture


def test_a_value_out_of_reach_is_told_and_leaves_the_focus_where_it_was(
    running: Served, browser: Browser
) -> None:
    with visiting(browser) as watched:
        page = watched.page
        opened(page, running.address + POP)
        field = page.get_by_label("Yes (this number)", exact=True)
        for percents in ("150", "0"):
            field.fill(percents)
            field.press("Enter")
            complete(page)
            expect(page.get_by_role("alert")).to_contain_text(f"You entered {percents}")
            is_yes(page, "70.7")
            expect(field).to_be_focused()
        field.fill("60")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_label("No", exact=True)).to_have_value("40")
        assert violations(page) == []
