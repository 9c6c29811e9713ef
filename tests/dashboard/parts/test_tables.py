"""Tables as HTML: words stay words, rows have names, and short rows leave no hole."""

from parts.tables import rows_html, scrolling, table_html
from tests.support.at_page import cells


def test_the_first_column_names_the_rows() -> None:
    table = table_html(("Cause", "Now"), [("<b>Clot</b>", "4 %")])
    assert '<th scope="row">&lt;b&gt;Clot&lt;/b&gt;</th>' in table
    assert table.count('<th scope="col">') == 2
    assert cells(table) == [["<b>Clot</b>", "4\N{NO-BREAK SPACE}%"]]


def test_the_last_cell_of_a_short_row_takes_the_room_that_is_left() -> None:
    table = rows_html(("a", "b", "c"), [("1", "2", "3"), ("1", "why not")], "Rows")
    assert '<td>1</td><td colspan="2">why not</td>' in table


def test_what_scrolls_is_reached_by_the_keyboard_and_has_a_name() -> None:
    assert 'role="region" tabindex="0" aria-label="Rows &amp; more"' in scrolling("", "Rows & more")
