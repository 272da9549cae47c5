"""Any CEL, for running CEL's official cases through an engine; rules are compiled by `expressions`.

Read by Google's parser, and checked where that is asked for. The tree may hold what rules refuse:
`uint`, `bytes`, `null`, types as values, `dyn`, quantifiers over two names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel

from policy.lang import checked
from policy.lang.builder import Builder
from policy.lang.extents import Tokens
from policy.lang.places import Text, straight
from policy.lang.resolving import resolved
from policy.lang.tree import Node

_EXTENSIONS = ("strings", "optional", "cel.lib.ext.comprev2")
"""The last are the quantifiers of two names."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One form of a declared function; types are type strings, and `~T` is any one type.

    Of a `member` the first parameter stands before a dot.
    """

    function: str
    overload: str
    parameters: tuple[str, ...]
    result: str
    member: bool = False


def compile_loose(
    text: str,
    declarations: Mapping[str, str],
    *,
    functions: Sequence[Signature] = (),
    container: str = "",
    check: bool = True,
) -> Node:
    """The tree of any CEL text over declared variables, without a fact schema.

    `declarations` maps names (dots allowed) to type strings; each becomes a Variable. Without
    `check` the text is only parsed: parts are of type `dyn`, and names that nothing declares are
    Variables too. `container` is the namespace in which names are sought first. Raises ValueError
    with CEL's message when the text is wrong, and wire.Unreadable (a ValueError) for messages.
    """
    try:
        environment = _environment(tuple(declarations.items()), tuple(functions), container)
        raw = environment.compile(text, disable_check=not check).serialize()
    except RuntimeError as reason:
        raise ValueError(str(reason)) from reason
    source = checked.read(raw)
    if not check:
        source = resolved(source, frozenset(declarations), container)
    placed = Text(text, Tokens.of(text), "<expression>", straight(text))
    return Builder(source, placed, variables=frozenset(declarations)).build()


@lru_cache(maxsize=64)
def _environment(
    variables: tuple[tuple[str, str], ...], functions: tuple[Signature, ...], container: str
) -> cel.Env:
    config = {
        "extensions": [{"name": name} for name in _EXTENSIONS],
        "functions": [
            {
                "name": name,
                "overloads": [_form(each) for each in functions if each.function == name],
            }
            for name in dict.fromkeys(each.function for each in functions)
        ],
    }
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml(json.dumps(config)),
        variables={name: cel.Type(_cels(kind)) for name, kind in variables},
        container=container or None,
    )


def _form(signature: Signature) -> dict[str, str]:
    parameters = [*map(_cels, signature.parameters)]
    target = f"{parameters.pop(0)}." if signature.member else ""
    return {
        "id": signature.overload,
        "signature": f"{target}{signature.function}({', '.join(parameters)})",
        "return": _cels(signature.result),
    }


def _cels(name: str) -> str:
    """A type string as CEL writes it, with other brackets."""
    return name.translate(_BRACKETS)


_BRACKETS = str.maketrans("()", "<>")
