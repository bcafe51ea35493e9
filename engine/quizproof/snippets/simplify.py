"""Different words for the same in a program become one. They change nothing when it runs; no float is reassociated.

The site's script has the same rules, in the same order; tests give both the same programs.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Collection

from quizproof.snippets.trees import Node, Part, float_text

_OPPOSITE = {"Is": "IsNot", "IsNot": "Is", "In": "NotIn", "NotIn": "In"}
_MIRRORED = {"Lt": "Gt", "LtE": "GtE", "Gt": "Lt", "GtE": "LtE", "Eq": "Eq", "NotEq": "NotEq"}
_BODIES = ("body", "orelse", "finalbody")
PLAIN_TYPES = frozenset(["int", "float", "str", "bool", "bytes", "complex", "object", "list", "tuple", "dict", "set"])
IN_ORDER = frozenset(["dict", "OrderedDict", "update", "assign", "SimpleNamespace", "Namespace", "partial"])
"""What keeps the order of its keywords, so that it counts."""
_LARGEST = 2**53
"""Up to here every whole number is a float."""
_MAX_POWER = 64


def simplified(node: Node, bound: Collection[str], types: Collection[str], sort_keywords: bool) -> Node:
    """A tree in the simplest words; the tree itself is changed.

    bound          names that the program binds, so that they are not the builtin ones
    types          dotted names that are known to exist, so that they can be left out as annotations
    sort_keywords  whether the order of keywords in calls can be left out
    """
    return _Simplifier(bound, types, sort_keywords).visit(node)


class _Simplifier:
    def __init__(self, bound: Collection[str], types: Collection[str], sort_keywords: bool) -> None:
        self._bound = bound
        self._types = types
        self._sort_keywords = sort_keywords
        self._rules: dict[str, Callable[[Node], Node]] = {
            "UnaryOp": _unary,
            "BinOp": _binary,
            "Compare": _compare,
            "BoolOp": _boolean,
            "IfExp": _condition,
            "Slice": _slice,
            "Call": self._call,
            "For": _iteration,
            "comprehension": _iteration,
            "Assign": _assignment,
            "With": _with,
            "Return": _return,
            "If": _if,
            "AnnAssign": self._annotated,
            "FunctionDef": self._function,
            "ClassDef": self._class,
        }
        self._classes = 0
        """How many classes are around a node; their annotations are looked at by others."""

    def visit(self, node: Node) -> Node:
        self._classes += node.type == "ClassDef"
        for name, part in node.parts.items():
            node.parts[name] = self._part(part)
        self._classes -= node.type == "ClassDef"
        _clean(node)
        rule = self._rules.get(node.type)
        return rule(node) if rule else node

    def _part(self, part: Part) -> Part:
        if isinstance(part, list):
            return [self._part(each) for each in part]
        return self.visit(part) if isinstance(part, Node) else part

    def _call(self, node: Node) -> Node:
        func, args, keywords = node.node("func"), node.nodes("args"), node.nodes("keywords")
        name = func.text("id") if func.type == "Name" and func.text("id") not in self._bound else ""
        if name == "dict" and not args and all(k.parts["arg"] is not None for k in keywords):
            keys: list[Part] = [Node("Constant", {"value": f"s{k.text('arg')}"}) for k in keywords]
            if len({k.text("arg") for k in keywords}) == len(keys):
                return Node("Dict", {"keys": keys, "values": [k.parts["value"] for k in keywords]})
        if name in ("list", "tuple") and not args and not keywords:
            return Node("List" if name == "list" else "Tuple", {"elts": []})
        if name == "range" and not keywords and not any(a.type == "Starred" for a in args):
            if len(args) == 3 and _is_constant(args[2], "i1"):
                args = args[:2]
            if len(args) == 2 and _is_constant(args[0], "i0"):
                args = args[1:]
            node.parts["args"] = [*args]
        if self._sort_keywords and _last_name(func) not in IN_ORDER and all(k.parts["arg"] for k in keywords):
            values = [k.node("value") for k in keywords]
            if all(map(_is_quiet, values)) or sum(not _is_still(value) for value in values) <= 1:
                node.parts["keywords"] = [*sorted(keywords, key=lambda k: k.text("arg"))]
        return node

    def _is_type(self, part: Part) -> bool:
        """Whether an annotation is sure to be evaluated without an exception."""
        if not isinstance(part, Node):
            return True
        match part.type:
            case "Constant":
                return part.text("value") == "None" or part.text("value").startswith("s")
            case "Name":
                id_ = part.text("id")
                return id_ in self._types or (id_ in PLAIN_TYPES and id_ not in self._bound)
            case "Subscript":
                value = part.node("value")
                return (
                    value.type == "Name"
                    and value.text("id") in ("list", "tuple", "dict", "set")
                    and self._is_type(value)
                    and self._is_type(part.parts["slice"])
                )
            case "Tuple":
                return all(map(self._is_type, part.nodes("elts")))
        return False

    def _annotated(self, node: Node) -> Node:
        if (
            self._classes
            or node.parts["value"] is None
            or node.node("target").type != "Name"
            or not self._is_type(node.parts["annotation"])
        ):
            return node
        return Node("Assign", {"targets": [node.parts["target"]], "value": node.parts["value"]})

    def _function(self, node: Node) -> Node:
        body = node.nodes("body")
        if len(body) > 1 and body[-1].type == "Return" and body[-1].parts["value"] is None:
            node.parts["body"] = [*body[:-1]]
        if not node.parts["decorator_list"]:
            for owner, name in ((node, "returns"), *((a, "annotation") for a in node.node("args").children())):
                if name in owner.parts and self._is_type(owner.parts[name]):
                    owner.parts[name] = None
        return node

    def _class(self, node: Node) -> Node:
        for method in node.nodes("body"):
            if method.type == "FunctionDef" and (args := method.node("args").nodes("args")):
                for each in method.nodes("body"):
                    self._short_super(each, node.text("name"), args[0].text("arg"))
        return node

    def _short_super(self, node: Node, class_name: str, self_name: str) -> None:
        """`super()` for `super(Net, self)` in a method of `Net`, but not in functions inside it."""
        if node.type in ("FunctionDef", "Lambda", "ClassDef") or node.type.endswith(("Comp", "Exp")):
            return
        for child in node.children():
            self._short_super(child, class_name, self_name)
        if node.type == "Call" and _is_name(node.node("func"), "super") and "super" not in self._bound:
            args = node.nodes("args")
            if len(args) == 2 and _is_name(args[0], class_name) and _is_name(args[1], self_name):
                node.parts["args"] = []


def _clean(node: Node) -> None:
    """Leave out statements that do nothing: constants, docstrings among them, and `pass`."""
    if node.type in ("Lambda", "IfExp"):
        return
    for name in _BODIES:
        if name in node.parts:
            left = [s for s in node.nodes(name) if not (s.type == "Pass" or _is_idle(s))]
            needed = name == "body" or (name == "finalbody" and node.parts[name] and not node.parts["handlers"])
            node.parts[name] = [*left] if left or not needed else [Node("Pass")]


def _is_idle(statement: Node) -> bool:
    return statement.type == "Expr" and statement.node("value").type == "Constant"


def _unary(node: Node) -> Node:
    op, operand = node.text("op"), node.node("operand")
    if op == "Not" and operand.type == "Compare" and len(operand.nodes("comparators")) == 1:
        (comparison,) = operand.texts("ops")
        if comparison in _OPPOSITE:
            operand.parts["ops"] = [_OPPOSITE[comparison]]
            return operand
    if op == "Not" and operand.type == "Constant" and operand.text("value") in ("True", "False"):
        return Node("Constant", {"value": "False" if operand.text("value") == "True" else "True"})
    number = _number(operand)
    if number is None or op not in ("USub", "UAdd"):
        return node
    return _constant(-number if op == "USub" else number)


def _binary(node: Node) -> Node:
    left, op, right = node.node("left"), node.text("op"), node.node("right")
    one, other = _number(left), _number(right)
    if one is not None and other is not None:
        value = _folded(one, op, other)
        return node if value is None else _constant(value)
    if op in ("Mult", "Add") and other is not None and one is None:
        node.parts["left"], node.parts["right"] = right, left
    return node


def _folded(one: int | float, op: str, other: int | float) -> int | float | None:
    """The value of an operation on two constants, where every machine computes the same; None for others."""
    whole = isinstance(one, int) and isinstance(other, int)
    if op == "Pow":
        small = whole and 0 <= other <= _MAX_POWER and abs(one) <= _LARGEST
        return one**other if small else None
    if (not whole or op == "Div") and any(isinstance(n, int) and abs(n) > _LARGEST for n in (one, other)):
        return None
    if op == "Div" and not other:
        return None
    compute: dict[str, Callable[[], int | float]] = {
        "Add": lambda: one + other,
        "Sub": lambda: one - other,
        "Mult": lambda: one * other,
        "Div": lambda: one / other,
    }
    value = compute[op]() if op in compute else None
    return value if value is None or isinstance(value, int) or math.isfinite(value) else None


def _compare(node: Node) -> Node:
    if len(node.texts("ops")) > 1:
        return node
    (op,), (right,), left = node.texts("ops"), node.nodes("comparators"), node.node("left")
    if op in ("In", "NotIn"):
        node.parts["comparators"] = [_as_tuple(right)]
    if op in _MIRRORED and _number(left) is not None and _number(right) is None:
        node.parts["left"], node.parts["comparators"], node.parts["ops"] = right, [left], [_MIRRORED[op]]
    return node


def _boolean(node: Node) -> Node:
    values: list[Part] = []
    for value in node.nodes("values"):
        same = value.type == "BoolOp" and value.parts["op"] == node.parts["op"]
        values.extend(value.nodes("values") if same else (value,))
    node.parts["values"] = values
    return node


def _condition(node: Node) -> Node:
    test = node.node("test")
    if test.type == "UnaryOp" and test.text("op") == "Not":
        parts = node.parts
        parts["test"], parts["body"], parts["orelse"] = test.parts["operand"], parts["orelse"], parts["body"]
    return node


def _if(node: Node) -> Node:
    body, orelse = node.nodes("body"), node.nodes("orelse")
    if orelse:
        return _condition(node)
    if len(body) == 1 and body[0].type == "If" and not body[0].nodes("orelse"):
        both = Node("BoolOp", {"op": "And", "values": [node.parts["test"], body[0].parts["test"]]})
        node.parts["test"], node.parts["body"] = _boolean(both), body[0].parts["body"]
    return node


def _slice(node: Node) -> Node:
    for name, part in node.parts.items():
        if isinstance(part, Node) and _is_constant(part, "None"):
            node.parts[name] = None
    return node


def _iteration(node: Node) -> Node:
    node.parts["iter"] = _as_tuple(node.node("iter"))
    node.parts["target"] = _plain_target(node.node("target"))
    return node


def _assignment(node: Node) -> Node:
    node.parts["targets"] = [_plain_target(target) for target in node.nodes("targets")]
    return node


def _plain_target(target: Node) -> Node:
    if target.type in ("Tuple", "List"):
        return Node("Tuple", {"elts": [_plain_target(each) for each in target.nodes("elts")]})
    return target


def _as_tuple(node: Node) -> Node:
    return Node("Tuple", {"elts": node.parts["elts"]}) if node.type == "List" else node


def _with(node: Node) -> Node:
    first, *others = node.nodes("items")
    if not others:
        return node
    inner = _with(Node("With", {"items": [*others], "body": node.parts["body"]}))
    return Node("With", {"items": [first], "body": [inner]})


def _return(node: Node) -> Node:
    value = node.parts["value"]
    if isinstance(value, Node) and _is_constant(value, "None"):
        node.parts["value"] = None
    return node


def _is_constant(node: Node, value: str) -> bool:
    return node.type == "Constant" and node.text("value") == value


def _is_name(node: Node, name: str) -> bool:
    return node.type == "Name" and node.text("id") == name


def _last_name(func: Node) -> str:
    if func.type == "Name":
        return func.text("id").rpartition(".")[2]
    return func.text("attr") if func.type == "Attribute" else ""


def _is_still(node: Node) -> bool:
    """Whether it does nothing but read a name or a constant."""
    return node.type in ("Name", "Constant")


def _is_quiet(node: Node) -> bool:
    """Whether it only reads values and computes with them, so that nothing else notices when."""
    computes = ("Attribute", "Subscript", "Slice", "BinOp", "UnaryOp", "Compare", "Tuple", "List")
    return _is_still(node) or (node.type in computes and all(map(_is_quiet, node.children())))


def _number(node: Node) -> int | float | None:
    """The value of a constant that is a number."""
    if node.type != "Constant":
        return None
    text = node.text("value")
    if text[0] == "i":
        return int(text[1:])
    if text[0] == "f":
        value: float = struct.unpack(">d", bytes.fromhex(text[1:]))[0]
        return value
    return None


def _constant(value: int | float) -> Node:
    return Node("Constant", {"value": f"i{value}" if isinstance(value, int) else float_text(value)})
