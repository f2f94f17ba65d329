from __future__ import annotations

import numpy as np
import pytest
from programs import tokens_of

from lasynth.domains.c.constructs import CONSTRUCTS, constructs_of, depths_of

LOOP = "for ( int p_0 = 0 ; p_0 < 5 ; p_0 ++ ) { "
DOWN = "for ( int p_0 = 4 ; p_0 >= 0 ; -- p_0 ) { "


@pytest.mark.parametrize(
    ("text", "uses", "block_depth", "loop_depth"),
    [
        ("a [ 0 ] = 1 ;", set(), 0, 0),
        ("a [ 0 ] += 1 ; a [ 1 ] -- ;", {"+=", "--"}, 0, 0),
        (LOOP + "a [ p_0 ] -= 1 ; }", {"for", "-="}, 1, 1),
        (DOWN + "++ a [ p_0 ] ; }", {"for", "for down", "++"}, 1, 1),
        ("int l_0 = 1 ; a [ 0 ] = ( l_0 + 1 ) - 2 ;", {"local", "( )"}, 0, 0),
        ("if ( ! ( a [ 0 ] > 1 ) ) { a [ 0 ] = 1 ; }", {"if", "!"}, 1, 0),
        ("if ( ( a [ 0 ] + 1 ) > 1 && a [ 1 ] ) { a [ 0 ] = 1 ; }", {"if", "&&", "( )"}, 1, 0),
        (LOOP + "if ( a [ 0 ] || a [ 1 ] ) { break ; } }", {"for", "if", "||", "break"}, 2, 1),
        (
            LOOP + "if ( a [ 0 ] ) { continue ; } else { a [ 0 ] = 1 ; } }",
            {"for", "if", "else", "continue"},
            2,
            1,
        ),
        (LOOP + LOOP.replace("p_0", "p_1") + "a [ 0 ] = 1 ; } }", {"for", "nested for"}, 2, 2),
        ("if ( a [ 0 ] ) { " + LOOP + "a [ 0 ] = 1 ; } } " + LOOP + "a [ 1 ] = 1 ; }", {"if", "for"}, 2, 1),
    ],
)
def test_constructs(text: str, uses: set[str], block_depth: int, loop_depth: int) -> None:
    tokens_PT = np.pad(tokens_of(text), (0, 7))[None]
    found = constructs_of(tokens_PT)
    assert tuple(found) == CONSTRUCTS
    assert {name for name, used in found.items() if used[0]} == uses
    assert [depths[0] for depths in depths_of(tokens_PT)] == [block_depth, loop_depth]
